// What every double is made of: counted references with a count of all that live, one line in the log for each call,
// and the rules that a client of TAPI or Core Audio must keep. A broken rule is a line that begins with "RULE BROKEN";
// tests look for it. DESKLINE_DOUBLE_LOG names the log; without it nothing is written.
#pragma once
#include <windows.h>

#include <objbase.h>
#include <oleauto.h>
#include <olectl.h>

#include <atomic>
#include <string>
#include <string_view>

namespace deskline::doubles {

void log(std::string_view line);
void ruleBroken(std::string_view which);
enum class Family { telephony, audio };
std::atomic<long>& liveObjects(Family family);  // a client that lets go of everything leaves none
bool insideCallback();                          // on this thread

struct Callback {  // marks a callback into the client, and times it
    explicit Callback(const char* name);
    ~Callback();
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;
    const char* name;
    LARGE_INTEGER began{};
};
std::string callbackFigures();  // "callbacks: 10012, over 1 ms: 0, longest: 0.2 ms"

// Notes a call, and that its thread is in an apartment.
void called(std::string_view what);

// IDispatch for an interface that nobody drives by name here.
template <class Interface>
class Automation : public Interface {
public:
    HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT* count) override {
        *count = 0;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT, LCID, ITypeInfo**) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR*, UINT, LCID, DISPID*) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE Invoke(DISPID, REFIID, LCID, WORD, DISPPARAMS*, VARIANT*, EXCEPINFO*, UINT*) override {
        return E_NOTIMPL;
    }
};

template <class T>
struct ComOf {
    using type = T;
};
template <class T>
struct ComOf<Automation<T>> {
    using type = T;
};

// Counted, with IUnknown. Derived interfaces are given by the list of the template.
template <Family family, class... Interfaces>
class Object : public Interfaces... {
public:
    Object() { ++liveObjects(family); }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** out) override {
        if (!out) return E_POINTER;
        *out = nullptr;
        if (id == __uuidof(IUnknown))
            *out = first<Interfaces...>();
        else
            (void)((id == __uuidof(typename ComOf<Interfaces>::type)
                        ? (*out = static_cast<typename ComOf<Interfaces>::type*>(static_cast<Interfaces*>(this)), true)
                        : alsoDispatch<Interfaces>(id, out)) ||
                   ...);
        if (!*out) return E_NOINTERFACE;
        AddRef();
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
    ULONG STDMETHODCALLTYPE Release() override {
        const auto left = --references_;
        if (left == 0) {
            if (insideCallback() && guarded_) ruleBroken("the last reference was released inside a callback");
            delete this;
        }
        return left;
    }
    ULONG references() const { return references_; }

protected:
    virtual ~Object() { --liveObjects(family); }
    void guardLastRelease() { guarded_ = true; }

private:
    template <class First, class...>
    void* first() {
        return static_cast<First*>(this);
    }
    template <class Interface>
    bool alsoDispatch(REFIID id, void** out) {
        if constexpr (std::is_base_of_v<IDispatch, Interface>)
            if (id == __uuidof(IDispatch)) {
                *out = static_cast<IDispatch*>(static_cast<Interface*>(this));
                return true;
            }
        return false;
    }
    std::atomic<ULONG> references_{1};
    bool guarded_ = false;
};

template <class... Interfaces>
using TapiObject = Object<Family::telephony, Interfaces...>;
template <class... Interfaces>
using AudioObject = Object<Family::audio, Interfaces...>;

class ClassFactory final : public TapiObject<IClassFactory> {
public:
    using Make = HRESULT (*)(REFIID, void**);
    explicit ClassFactory(Make make) : make_(make) {}
    HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown* outer, REFIID id, void** out) override {
        return outer ? CLASS_E_NOAGGREGATION : make_(id, out);
    }
    HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }

private:
    Make make_;
};

HRESULT makeTapi(REFIID id, void** out);
HRESULT makeEnumerator(REFIID id, void** out);
unsigned short consolePort(const char* variable);

}  // namespace deskline::doubles
