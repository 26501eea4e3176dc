// The in-process server that stands in for tapi3.dll and mmdevapi.dll in a test's own Wine prefix.
#include "doubles/classes.hpp"
#include "doubles/rules/object.hpp"

namespace deskline::doubles {
namespace {

constexpr GUID tapiClass = {0x21D6D48E, 0xA88B, 0x11D0, {0x83, 0xDD, 0x00, 0xAA, 0x00, 0x3C, 0xCA, 0xBD}};
constexpr GUID enumeratorClass = {0xBCDE0395, 0xE52F, 0x467C, {0x8E, 0x3D, 0xC4, 0x57, 0x92, 0x91, 0x69, 0x2E}};

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

}  // namespace
}  // namespace deskline::doubles

extern "C" __declspec(dllexport) HRESULT WINAPI DllGetClassObject(REFCLSID which, REFIID id, void** out) {
    using namespace deskline::doubles;
    *out = nullptr;
    ClassFactory::Make make = which == tapiClass ? makeTapi : which == enumeratorClass ? makeDeviceEnumerator : nullptr;
    if (!make) return CLASS_E_CLASSNOTAVAILABLE;
    auto* factory = new ClassFactory(make);
    const HRESULT code = factory->QueryInterface(id, out);
    factory->Release();
    return code;
}

extern "C" __declspec(dllexport) HRESULT WINAPI DllCanUnloadNow() { return S_FALSE; }
