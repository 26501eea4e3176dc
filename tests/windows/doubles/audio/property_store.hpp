// A fake of IPropertyStore: of a device, with PKEY_Device_FriendlyName and nothing else. The client's threads call it.
#pragma once
#include <string>

#include "doubles/audio/world.hpp"
#include "doubles/rules/object.hpp"

namespace deskline::doubles::audio {

class PropertyStore final : public AudioObject<IPropertyStore> {
public:
    explicit PropertyStore(std::string device) : device_(std::move(device)) {}
    HRESULT STDMETHODCALLTYPE GetCount(DWORD* out) override;
    HRESULT STDMETHODCALLTYPE GetAt(DWORD, PROPERTYKEY* out) override;
    HRESULT STDMETHODCALLTYPE GetValue(REFPROPERTYKEY key, PROPVARIANT* out) override;  // VT_EMPTY of any other key
    HRESULT STDMETHODCALLTYPE SetValue(REFPROPERTYKEY, REFPROPVARIANT) override { return E_ACCESSDENIED; }
    HRESULT STDMETHODCALLTYPE Commit() override { return S_OK; }

private:
    const std::string device_;
};

}  // namespace deskline::doubles::audio
