// A fake of ISimpleAudioVolume: volume and mute of a session. The client's threads call it; a change is told on the
// callback thread with the event context that it was made with.
#pragma once
#include "doubles/audio/session_part.hpp"

namespace deskline::doubles::audio {

class SimpleVolume : public SessionPart<ISimpleAudioVolume> {
public:
    HRESULT STDMETHODCALLTYPE SetMasterVolume(float volume, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE GetMasterVolume(float* out) override;
    HRESULT STDMETHODCALLTYPE SetMute(WINBOOL muted, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE GetMute(WINBOOL* out) override;
};

}  // namespace deskline::doubles::audio
