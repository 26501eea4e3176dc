#include "doubles/audio/device_collection.hpp"

#include "doubles/audio/device.hpp"

namespace deskline::doubles::audio {

HRESULT DeviceCollection::GetCount(UINT* out) {
    *out = static_cast<UINT>(ids_.size());
    return S_OK;
}

HRESULT DeviceCollection::Item(UINT index, IMMDevice** out) {
    if (index >= ids_.size()) return E_INVALIDARG;
    *out = new Device(ids_[index]);
    return S_OK;
}

}  // namespace deskline::doubles::audio
