// The callbacks: IAudioSessionEvents (all seven), IAudioSessionNotification, IAudioEndpointVolumeCallback,
// IMMNotificationClient (all five), IAudioVolumeDuckNotification. Each copies plain values into the notices and returns
// S_OK. Thread: Windows's.
#pragma once
#include "audio/coreaudio/callback_queue.hpp"
#include "audio/coreaudio/interfaces.hpp"
#include "com/sink.hpp"

namespace deskline::audio {

class SessionSink final : public com::Sink<IAudioSessionEvents> {
public:
    SessionSink(std::shared_ptr<CallbackQueue> callbacks, std::uint64_t object, std::shared_ptr<CallbackFlags> flags)
        : callbacks_(std::move(callbacks)), object_(object), flags_(std::move(flags)) {}

    HRESULT STDMETHODCALLTYPE OnDisplayNameChanged(LPCWSTR name, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE OnIconPathChanged(LPCWSTR path, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE OnSimpleVolumeChanged(float volume, WINBOOL muted, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE OnChannelVolumeChanged(DWORD count, float volumes[], DWORD changed,
                                                     LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE OnGroupingParamChanged(LPCGUID grouping, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE OnStateChanged(::AudioSessionState state) override;
    HRESULT STDMETHODCALLTYPE OnSessionDisconnected(AudioSessionDisconnectReason reason) override;

private:
    HRESULT tell(Notice notice, LPCGUID context);
    std::shared_ptr<CallbackQueue> callbacks_;
    std::uint64_t object_;
    std::shared_ptr<CallbackFlags> flags_;
};

class CreatedSink final : public com::Sink<IAudioSessionNotification> {
public:
    CreatedSink(std::shared_ptr<CallbackQueue> callbacks, std::uint64_t device)
        : callbacks_(std::move(callbacks)), device_(device) {}
    HRESULT STDMETHODCALLTYPE OnSessionCreated(IAudioSessionControl* session) override;

private:
    std::shared_ptr<CallbackQueue> callbacks_;
    std::uint64_t device_;
};

class VolumeSink final : public com::Sink<IAudioEndpointVolumeCallback> {
public:
    VolumeSink(std::shared_ptr<CallbackQueue> callbacks, std::uint64_t device, std::shared_ptr<CallbackFlags> flags)
        : callbacks_(std::move(callbacks)), device_(device), flags_(std::move(flags)) {}
    HRESULT STDMETHODCALLTYPE OnNotify(AUDIO_VOLUME_NOTIFICATION_DATA* data) override;

private:
    std::shared_ptr<CallbackQueue> callbacks_;
    std::uint64_t device_;
    std::shared_ptr<CallbackFlags> flags_;
};

class DeviceSink final : public com::Sink<IMMNotificationClient> {
public:
    explicit DeviceSink(std::shared_ptr<CallbackQueue> callbacks) : callbacks_(std::move(callbacks)) {}
    HRESULT STDMETHODCALLTYPE OnDeviceStateChanged(LPCWSTR device, DWORD state) override;
    HRESULT STDMETHODCALLTYPE OnDeviceAdded(LPCWSTR device) override;
    HRESULT STDMETHODCALLTYPE OnDeviceRemoved(LPCWSTR device) override;
    HRESULT STDMETHODCALLTYPE OnDefaultDeviceChanged(EDataFlow flow, ERole role, LPCWSTR device) override;
    HRESULT STDMETHODCALLTYPE OnPropertyValueChanged(LPCWSTR device, const PROPERTYKEY key) override;

private:
    HRESULT rescan();
    std::shared_ptr<CallbackQueue> callbacks_;
};

class DuckSink final : public com::Sink<IAudioVolumeDuckNotification> {
public:
    explicit DuckSink(std::shared_ptr<CallbackQueue> callbacks) : callbacks_(std::move(callbacks)) {}
    HRESULT STDMETHODCALLTYPE OnVolumeDuckNotification(LPCWSTR session, UINT32 communicationSessions) override;
    HRESULT STDMETHODCALLTYPE OnVolumeUnduckNotification(LPCWSTR session) override;

private:
    HRESULT tell(NoticeKind kind, LPCWSTR session, UINT32 count);
    std::shared_ptr<CallbackQueue> callbacks_;
};

}  // namespace deskline::audio
