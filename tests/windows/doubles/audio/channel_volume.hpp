// A fake of IChannelAudioVolume: the volumes of a session's channels. The client's threads call it; a change is told on
// the callback thread with the event context that it was made with.
#pragma once
#include "doubles/audio/session_part.hpp"

namespace deskline::doubles::audio {

class ChannelVolume : public SessionPart<IChannelAudioVolume> {
public:
    HRESULT STDMETHODCALLTYPE GetChannelCount(UINT32* out) override;
    HRESULT STDMETHODCALLTYPE SetChannelVolume(UINT32 index, float volume, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE GetChannelVolume(UINT32 index, float* out) override;
    HRESULT STDMETHODCALLTYPE SetAllVolumes(UINT32 count, const float* volumes, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE GetAllVolumes(UINT32 count, float* volumes) override;
};

}  // namespace deskline::doubles::audio
