// A fake of IAudioSessionManager2: the sessions of a device, and who is told of new ones and of ducking. The client's
// threads call it. It tells of new sessions only after the list was counted once, as Windows does, and enforces that
// nobody unregisters inside a callback.
#pragma once
#include <string>

#include "com/com.hpp"
#include "doubles/audio/world.hpp"
#include "doubles/rules/object.hpp"

namespace deskline::doubles::audio {

class SessionManager final : public AudioObject<IAudioSessionManager2>, public OfService {
public:
    explicit SessionManager(std::string device);
    const std::string device;
    com::ComPtr<IAudioSessionNotification> created;  // all three under the world's lock
    com::ComPtr<IAudioVolumeDuckNotification> ducking;
    bool counted = false;  // until the list was fetched once, new sessions are not told of

    HRESULT STDMETHODCALLTYPE GetSessionEnumerator(IAudioSessionEnumerator** out) override;
    HRESULT STDMETHODCALLTYPE RegisterSessionNotification(IAudioSessionNotification* sink) override;
    HRESULT STDMETHODCALLTYPE UnregisterSessionNotification(IAudioSessionNotification* sink) override;
    HRESULT STDMETHODCALLTYPE RegisterDuckNotification(LPCWSTR session, IAudioVolumeDuckNotification* sink) override;
    HRESULT STDMETHODCALLTYPE UnregisterDuckNotification(IAudioVolumeDuckNotification* sink) override;
    HRESULT STDMETHODCALLTYPE GetAudioSessionControl(LPCGUID, DWORD, IAudioSessionControl**) override {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE GetSimpleAudioVolume(LPCGUID, DWORD, ISimpleAudioVolume**) override { return E_NOTIMPL; }

private:
    ~SessionManager() override;
};

}  // namespace deskline::doubles::audio
