// The base of the objects that Windows calls back: one interface, counted references. Any apartment may call it
// directly: it is agile and has the free-threaded marshaler. Source: the pages of IAgileObject and
// CoCreateFreeThreadedMarshaler. Thread: any.
#pragma once
#include <objidl.h>

#include <atomic>

#include "com/com.hpp"

namespace deskline::com {

template <class Interface>
class Sink : public Interface {
public:
    Sink() { CoCreateFreeThreadedMarshaler(static_cast<Interface*>(this), marshaler_.GetAddressOf()); }
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** out) override {
        if (!out) return E_POINTER;
        *out = nullptr;
        if (id == IID_IMarshal && marshaler_) return marshaler_->QueryInterface(id, out);
        if (id != __uuidof(IUnknown) && id != __uuidof(Interface) && id != agileObject) return E_NOINTERFACE;
        *out = static_cast<Interface*>(this);  // IAgileObject has no methods of its own
        AddRef();
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
    ULONG STDMETHODCALLTYPE Release() override {
        const auto left = --references_;
        if (left == 0) delete this;
        return left;
    }

protected:
    virtual ~Sink() = default;

private:
    static constexpr GUID agileObject = {
        0x94EA2B94, 0xE9CC, 0x49E0, {0xC0, 0xFF, 0xEE, 0x64, 0xCA, 0x8F, 0x5B, 0x90}};  // IID_IAgileObject
    std::atomic<ULONG> references_{1};
    ComPtr<IUnknown> marshaler_;
};

}  // namespace deskline::com
