#include "doubles/audio/property_store.hpp"

#include "doubles/audio/results.hpp"
#include "doubles/simulation.hpp"

namespace deskline::doubles::audio {

HRESULT PropertyStore::GetCount(DWORD* out) {
    *out = 1;
    return S_OK;
}

HRESULT PropertyStore::GetAt(DWORD, PROPERTYKEY* out) {
    *out = friendlyName;
    return S_OK;
}

HRESULT PropertyStore::GetValue(REFPROPERTYKEY key, PROPVARIANT* out) {
    PropVariantInit(out);
    const auto device = world().mixer.device(device_);
    if (!device) return hr(deviceInvalidated);
    if (key.fmtid != friendlyName.fmtid || key.pid != friendlyName.pid) return S_OK;
    out->vt = VT_LPWSTR;
    return give(device->name, &out->pwszVal);
}

}  // namespace deskline::doubles::audio
