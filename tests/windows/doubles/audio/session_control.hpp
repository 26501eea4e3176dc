// A fake of IAudioSessionControl2, and the object of a session with all its interfaces. The client's threads call it,
// its sink is called on the callback thread. It enforces that nobody unregisters a sink or lets go of the last
// reference inside a callback, and that a control is released without a sink registered.
#pragma once
#include <string>

#include "com/com.hpp"
#include "doubles/audio/channel_volume.hpp"
#include "doubles/audio/meter.hpp"
#include "doubles/audio/session_part.hpp"
#include "doubles/audio/simple_volume.hpp"
#include "doubles/rules/object.hpp"

namespace deskline::doubles::audio {

class SessionControl final : public AudioObject<SessionPart<IAudioSessionControl2>, SimpleVolume, ChannelVolume, Meter>,
                             public OfService {
public:
    explicit SessionControl(std::string id);
    const std::string id;
    com::ComPtr<IAudioSessionEvents> sink;  // under the world's lock

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** out) override;  // IAudioSessionControl as well
    HRESULT STDMETHODCALLTYPE GetState(::AudioSessionState* out) override;
    HRESULT STDMETHODCALLTYPE GetDisplayName(LPWSTR* out) override;
    HRESULT STDMETHODCALLTYPE SetDisplayName(LPCWSTR name, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE GetIconPath(LPWSTR* out) override;
    HRESULT STDMETHODCALLTYPE SetIconPath(LPCWSTR path, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE GetGroupingParam(GUID* out) override;
    HRESULT STDMETHODCALLTYPE SetGroupingParam(LPCGUID, LPCGUID) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE RegisterAudioSessionNotification(IAudioSessionEvents* events) override;
    HRESULT STDMETHODCALLTYPE UnregisterAudioSessionNotification(IAudioSessionEvents* events) override;
    HRESULT STDMETHODCALLTYPE GetSessionIdentifier(LPWSTR* out) override;
    HRESULT STDMETHODCALLTYPE GetSessionInstanceIdentifier(LPWSTR* out) override;
    HRESULT STDMETHODCALLTYPE GetProcessId(DWORD* out) override;
    HRESULT STDMETHODCALLTYPE IsSystemSoundsSession() override;
    HRESULT STDMETHODCALLTYPE SetDuckingPreference(WINBOOL) override { return S_OK; }

private:
    ~SessionControl() override;
    const std::string& session() const override { return id; }  // of all its parts
    HRESULT withoutService() const override { return gone(); }
    using SessionPart<IAudioSessionControl2>::with;
};

}  // namespace deskline::doubles::audio
