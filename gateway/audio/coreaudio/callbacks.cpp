#include "audio/coreaudio/callbacks.hpp"

#include <algorithm>

namespace deskline::audio {
namespace {

// The audio thread reads the object itself: its notice was merged, or has more channels than one holds.
HRESULT readAgain(CallbackQueue& callbacks, CallbackFlags& flags) {
    flags.readAgain = true;
    ++callbacks.merged;
    callbacks.wake();
    return S_OK;
}

}  // namespace

HRESULT SessionSink::tell(Notice notice, LPCGUID context) {
    notice.object = object_;
    if (context) notice.context = *context;  // the session API gives a null pointer for no context
    return callbacks_->push(notice) ? S_OK : readAgain(*callbacks_, *flags_);
}

HRESULT SessionSink::OnDisplayNameChanged(LPCWSTR, LPCGUID context) {
    return tell({.kind = NoticeKind::name}, context);
}
HRESULT SessionSink::OnIconPathChanged(LPCWSTR, LPCGUID context) { return tell({.kind = NoticeKind::icon}, context); }
HRESULT SessionSink::OnGroupingParamChanged(LPCGUID, LPCGUID context) {
    return tell({.kind = NoticeKind::grouping}, context);
}

HRESULT SessionSink::OnSimpleVolumeChanged(float volume, WINBOOL muted, LPCGUID context) {
    return tell({.kind = NoticeKind::volume, .volume = volume, .muted = muted != 0}, context);
}

HRESULT SessionSink::OnChannelVolumeChanged(DWORD count, float volumes[], DWORD, LPCGUID context) {
    if (count > mostChannels) return readAgain(*callbacks_, *flags_);
    Notice notice{.kind = NoticeKind::channels, .channelCount = count};
    std::copy_n(volumes, notice.channelCount, notice.channels);  // the array is valid only during the call
    return tell(notice, context);
}

HRESULT SessionSink::OnStateChanged(::AudioSessionState state) {
    flags_->state = static_cast<int>(state);
    callbacks_->wake();
    return S_OK;
}

HRESULT SessionSink::OnSessionDisconnected(AudioSessionDisconnectReason reason) {
    flags_->disconnected = static_cast<int>(reason);
    callbacks_->wake();
    return S_OK;
}

HRESULT CreatedSink::OnSessionCreated(IAudioSessionControl* session) {
    if (!session) return S_OK;
    Notice notice{.kind = NoticeKind::created, .object = device_};
    session->AddRef();  // the pointer is borrowed; the audio thread releases this reference
    notice.session = session;
    if (!callbacks_->push(notice)) {
        callbacks_->rescan = true;
        callbacks_->wake();
        session->Release();  // not the last one: the caller holds its own
    }
    return S_OK;
}

HRESULT VolumeSink::OnNotify(AUDIO_VOLUME_NOTIFICATION_DATA* data) {
    if (!data) return S_OK;
    if (data->nChannels > mostChannels) return readAgain(*callbacks_, *flags_);
    Notice notice{.kind = NoticeKind::volume,
                  .object = device_,
                  .context = data->guidEventContext,
                  .volume = data->fMasterVolume,
                  .muted = data->bMuted != 0};
    notice.channelCount = data->nChannels;
    std::copy_n(data->afChannelVolumes, notice.channelCount, notice.channels);
    return callbacks_->push(notice) ? S_OK : readAgain(*callbacks_, *flags_);
}

HRESULT DeviceSink::rescan() {
    callbacks_->rescan = true;
    callbacks_->wake();
    return S_OK;
}

HRESULT DeviceSink::OnDeviceStateChanged(LPCWSTR, DWORD) { return rescan(); }
HRESULT DeviceSink::OnDeviceAdded(LPCWSTR) { return rescan(); }
HRESULT DeviceSink::OnDeviceRemoved(LPCWSTR) { return rescan(); }
HRESULT DeviceSink::OnDefaultDeviceChanged(EDataFlow, ERole, LPCWSTR) { return rescan(); }
HRESULT DeviceSink::OnPropertyValueChanged(LPCWSTR, const PROPERTYKEY key) {
    return IsEqualGUID(key.fmtid, friendlyName.fmtid) && key.pid == friendlyName.pid ? rescan() : S_OK;
}

HRESULT DuckSink::tell(NoticeKind kind, LPCWSTR session, UINT32 count) {
    const auto slot = callbacks_->ducked.put(session);
    if (slot && callbacks_->push({.kind = kind, .channelCount = count, .duckedSlot = *slot})) return S_OK;
    if (slot) callbacks_->ducked.free(*slot);
    ++callbacks_->merged;
    return S_OK;
}

HRESULT DuckSink::OnVolumeDuckNotification(LPCWSTR session, UINT32 communicationSessions) {
    return tell(NoticeKind::duck, session, communicationSessions);
}
HRESULT DuckSink::OnVolumeUnduckNotification(LPCWSTR session) { return tell(NoticeKind::unduck, session, 0); }

}  // namespace deskline::audio
