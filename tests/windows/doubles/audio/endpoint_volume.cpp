#include "doubles/audio/endpoint_volume.hpp"

#include <fmt/format.h>

#include "doubles/rules/apartment.hpp"
#include "doubles/simulation.hpp"

namespace deskline::doubles::audio {

EndpointVolume::EndpointVolume(std::string given) : device(std::move(given)) {
    const std::lock_guard lock(world().mutex);
    world().volumes.insert(this);
}

EndpointVolume::~EndpointVolume() {
    const std::lock_guard lock(world().mutex);
    world().volumes.erase(this);
}

HRESULT EndpointVolume::with(auto read) {
    if (const HRESULT code = gone()) return code;
    const auto now = world().mixer.device(device);
    if (!now || now->state != DeviceState::active) return hr(deviceInvalidated);
    read(*now);
    return S_OK;
}

HRESULT EndpointVolume::RegisterControlChangeNotify(IAudioEndpointVolumeCallback* callback) {
    called("IAudioEndpointVolume::RegisterControlChangeNotify");
    if (const HRESULT code = gone()) return code;
    const std::lock_guard lock(world().mutex);
    sink = callback;
    return S_OK;
}

HRESULT EndpointVolume::UnregisterControlChangeNotify(IAudioEndpointVolumeCallback*) {
    if (insideCallback()) ruleBroken("UnregisterControlChangeNotify inside a callback");
    com::ComPtr<IAudioEndpointVolumeCallback> left;
    const std::lock_guard lock(world().mutex);
    left.Swap(sink);
    return gone();
}

HRESULT EndpointVolume::GetChannelCount(UINT* out) {
    return with([&](const AudioDevice& d) { *out = static_cast<UINT>(d.channelVolumes.size()); });
}

HRESULT EndpointVolume::SetMasterVolumeLevel(FLOAT decibels, LPCGUID context) {
    if (const HRESULT code = gone()) return code;
    return hr(world().mixer.setVolume(device, world().mixer.scalar(decibels), world().note(context)));
}

HRESULT EndpointVolume::SetMasterVolumeLevelScalar(FLOAT volume, LPCGUID context) {
    called(fmt::format("IAudioEndpointVolume::SetMasterVolumeLevelScalar({:.3f})", volume));
    if (const HRESULT code = gone()) return code;
    const auto now = world().mixer.device(device);
    if (now && static_cast<float>(now->volume) == volume) return S_OK;
    return hr(world().mixer.setVolume(device, volume, world().note(context)));
}

HRESULT EndpointVolume::GetMasterVolumeLevel(FLOAT* out) {
    return with([&](const AudioDevice& d) { *out = static_cast<float>(d.volumeDb); });
}

HRESULT EndpointVolume::GetMasterVolumeLevelScalar(FLOAT* out) {
    return with([&](const AudioDevice& d) { *out = static_cast<float>(d.volume); });
}

HRESULT EndpointVolume::SetChannelVolumeLevelScalar(UINT index, FLOAT volume, LPCGUID context) {
    if (const HRESULT code = gone()) return code;
    auto now = world().mixer.device(device);
    if (!now || index >= now->channelVolumes.size()) return E_INVALIDARG;
    now->channelVolumes[index] = volume;
    return hr(world().mixer.setChannels(device, now->channelVolumes, world().note(context)));
}

HRESULT EndpointVolume::GetChannelVolumeLevelScalar(UINT index, FLOAT* out) {
    return with([&](const AudioDevice& d) {
        *out = index < d.channelVolumes.size() ? static_cast<float>(d.channelVolumes[index]) : 0;
    });
}

HRESULT EndpointVolume::SetMute(WINBOOL muted, LPCGUID context) {
    called(fmt::format("IAudioEndpointVolume::SetMute({})", muted));
    if (const HRESULT code = gone()) return code;
    return hr(world().mixer.setMuted(device, muted != 0, world().note(context)));
}

HRESULT EndpointVolume::GetMute(WINBOOL* out) {
    return with([&](const AudioDevice& d) { *out = d.muted; });
}

HRESULT EndpointVolume::QueryHardwareSupport(DWORD* mask) {
    *mask = 0;
    return S_OK;
}

HRESULT EndpointVolume::GetVolumeRange(FLOAT* least, FLOAT* most, FLOAT* step) {
    *least = -96, *most = 0, *step = 1;
    return S_OK;
}

}  // namespace deskline::doubles::audio
