#include "doubles/audio/device_enumerator.hpp"

#include "com/com.hpp"
#include "doubles/audio/device.hpp"
#include "doubles/audio/device_collection.hpp"
#include "doubles/classes.hpp"
#include "doubles/rules/apartment.hpp"
#include "doubles/simulation.hpp"

namespace deskline::doubles {
namespace audio {

DeviceEnumerator::DeviceEnumerator() { called("CoCreateInstance(MMDeviceEnumerator)"); }

HRESULT DeviceEnumerator::EnumAudioEndpoints(EDataFlow flow, DWORD, IMMDeviceCollection** out) {
    if (const auto code = world().mixer.faults().pass("EnumAudioEndpoints", "")) return hr(code);
    std::vector<std::string> ids;
    for (const auto& device : world().mixer.devices())
        if (flow == allFlows || flow == numberOf(flows, device.flow)) ids.push_back(device.id);
    *out = new DeviceCollection(std::move(ids));
    return S_OK;
}

HRESULT DeviceEnumerator::GetDefaultAudioEndpoint(EDataFlow flow, ERole role, IMMDevice** out) {
    for (const auto& device : world().mixer.devices())
        if (flow == numberOf(flows, device.flow))
            for (const auto has : device.defaultFor)
                if (role == numberOf(roles, has)) {
                    *out = new Device(device.id);
                    return S_OK;
                }
    return hr(notFound);
}

HRESULT DeviceEnumerator::GetDevice(LPCWSTR id, IMMDevice** out) {
    *out = new Device(com::toUtf8(id));
    return S_OK;
}

HRESULT DeviceEnumerator::RegisterEndpointNotificationCallback(IMMNotificationClient* client) {
    called("IMMDeviceEnumerator::RegisterEndpointNotificationCallback");
    if (const auto code = world().mixer.faults().pass("RegisterEndpointNotificationCallback", "")) return hr(code);
    const std::lock_guard lock(world().mutex);
    world().clients.insert(client);
    return S_OK;
}

HRESULT DeviceEnumerator::UnregisterEndpointNotificationCallback(IMMNotificationClient* client) {
    if (insideCallback()) ruleBroken("UnregisterEndpointNotificationCallback inside a callback");
    const std::lock_guard lock(world().mutex);
    world().clients.erase(client);
    return S_OK;
}

}  // namespace audio

HRESULT makeDeviceEnumerator(REFIID id, void** out) {
    if (const auto code = audio::world().mixer.faults().pass("CoCreateInstance", "")) return hr(code);
    auto* enumerator = new audio::DeviceEnumerator;
    const HRESULT code = enumerator->QueryInterface(id, out);
    enumerator->Release();
    return code;
}

}  // namespace deskline::doubles
