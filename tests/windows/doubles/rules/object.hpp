// What every fake is made of: IUnknown with counted references, and a count of all fakes that live, so that a test sees
// what a client kept (a leak). It enforces that a guarded fake is not let go of for the last time inside a callback.
// Thread: any. Lifetime: to the last Release.
#pragma once
#include <windows.h>

#include <objbase.h>
#include <oleauto.h>
#include <olectl.h>

#include <atomic>
#include <type_traits>

#include "doubles/rules/callback.hpp"
#include "doubles/rules/log.hpp"

namespace deskline::doubles {

enum class Family { telephony, audio };
std::atomic<long>& liveObjects(Family family);  // a client that lets go of everything leaves none

// IDispatch for an interface that nobody drives by name here.
template <class Interface>
class Automation : public Interface {
public:
    using Com = Interface;
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

// COM's interface: the class itself, or the one that a partial fake names as its `Com`.
template <class T>
struct ComOf {
    using type = T;
};
template <class T>
requires requires { typename T::Com; }
struct ComOf<T> {
    using type = typename T::Com;
};

// `Interfaces`: those that QueryInterface gives, or partial fakes of them; the first one is the identity.
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

}  // namespace deskline::doubles
