#include "doubles/audio/channel_volume.hpp"

#include "doubles/rules/apartment.hpp"

namespace deskline::doubles::audio {

HRESULT ChannelVolume::GetChannelCount(UINT32* out) {
    return with([&](const AudioSession& s) { *out = static_cast<UINT32>(s.channelVolumes.size()); });
}

HRESULT ChannelVolume::SetChannelVolume(UINT32 index, float volume, LPCGUID context) {
    if (const HRESULT code = withoutService()) return code;
    auto now = world().mixer.session(session());
    if (!now || index >= now->channelVolumes.size()) return E_INVALIDARG;
    now->channelVolumes[index] = volume;
    return hr(
        world().mixer.setChannels(session(), now->channelVolumes, world().note(context), static_cast<int>(index)));
}

HRESULT ChannelVolume::GetChannelVolume(UINT32 index, float* out) {
    return with([&](const AudioSession& s) {
        *out = index < s.channelVolumes.size() ? static_cast<float>(s.channelVolumes[index]) : 0;
    });
}

HRESULT ChannelVolume::SetAllVolumes(UINT32 count, const float* volumes, LPCGUID context) {
    called("IChannelAudioVolume::SetAllVolumes");
    if (const HRESULT code = withoutService()) return code;
    return hr(world().mixer.setChannels(session(), {volumes, volumes + count}, world().note(context)));
}

HRESULT ChannelVolume::GetAllVolumes(UINT32 count, float* volumes) {
    return with([&](const AudioSession& s) {
        for (UINT32 i = 0; i < count && i < s.channelVolumes.size(); ++i)
            volumes[i] = static_cast<float>(s.channelVolumes[i]);
    });
}

}  // namespace deskline::doubles::audio
