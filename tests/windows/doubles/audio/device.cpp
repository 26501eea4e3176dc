#include "doubles/audio/device.hpp"

#include "doubles/audio/endpoint_volume.hpp"
#include "doubles/audio/property_store.hpp"
#include "doubles/audio/session_manager.hpp"
#include "doubles/rules/apartment.hpp"
#include "doubles/simulation.hpp"

namespace deskline::doubles::audio {

HRESULT Device::Activate(REFIID id, DWORD, PROPVARIANT*, void** out) {
    called("IMMDevice::Activate");
    *out = nullptr;
    if (!world().serviceRuns) return hr(serviceNotRunning);
    if (const auto code = world().mixer.faults().pass("Activate", id_)) return hr(code);
    if (id == __uuidof(IAudioEndpointVolume))
        *out = static_cast<IAudioEndpointVolume*>(new EndpointVolume(id_));
    else if (id == __uuidof(IAudioSessionManager2))
        *out = static_cast<IAudioSessionManager2*>(new SessionManager(id_));
    return *out ? S_OK : E_NOINTERFACE;
}

HRESULT Device::OpenPropertyStore(DWORD, IPropertyStore** out) {
    *out = new PropertyStore(id_);
    return S_OK;
}

HRESULT Device::GetState(DWORD* out) {
    const auto device = world().mixer.device(id_);
    *out = numberOf(deviceStates, device ? device->state : DeviceState::not_present);
    return S_OK;
}

HRESULT Device::GetDataFlow(EDataFlow* out) {
    const auto device = world().mixer.device(id_);
    *out = numberOf(flows, device ? device->flow : DeviceFlow::render);
    return S_OK;
}

}  // namespace deskline::doubles::audio
