#include "audio/coreaudio/callback_reader.hpp"

#include "model/id.hpp"

namespace deskline::audio {
namespace {

AudioSessionChange changeOf(NoticeKind kind) {
    switch (kind) {
        case NoticeKind::volume: return AudioSessionChange::volume;
        case NoticeKind::channels: return AudioSessionChange::channels;
        case NoticeKind::name: return AudioSessionChange::name;
        case NoticeKind::icon: return AudioSessionChange::icon;
        default: return AudioSessionChange::grouping;
    }
}

DisconnectReason disconnectReasonFrom(int reason) {
    using enum DisconnectReason;
    switch (reason) {
        case ::DisconnectReasonDeviceRemoval: return device_removal;
        case ::DisconnectReasonServerShutdown: return server_shutdown;
        case ::DisconnectReasonFormatChanged: return format_changed;
        case ::DisconnectReasonSessionLogoff: return session_logoff;
        case ::DisconnectReasonSessionDisconnected: return session_disconnected;
        case ::DisconnectReasonExclusiveModeOverride: return exclusive_mode_override;
        default: return unknown;
    }
}

}  // namespace

void CallbackReader::readNotices() {
    Notice notice;
    while (callbacks_.pop(notice)) read(notice);
}

void CallbackReader::drain() {
    ducking_.clear();
    Notice left;
    while (callbacks_.pop(left)) {
        if (left.session) left.session->Release();
        if (left.kind == NoticeKind::duck || left.kind == NoticeKind::unduck) callbacks_.ducked.take(left.duckedSlot);
    }
}

void CallbackReader::read(const Notice& notice) {
    if (notice.kind == NoticeKind::created) {
        ComPtr<IAudioSessionControl> control;
        control.Attach(static_cast<IAudioSessionControl*>(notice.session));
        return inventory_.addSession(control.Get(), notice.object);
    }
    if (notice.kind == NoticeKind::duck || notice.kind == NoticeKind::unduck) {
        const auto id = com::toUtf8(callbacks_.ducked.take(notice.duckedSlot));
        return readDucking({audioSessionId(id), notice.kind == NoticeKind::duck, notice.channelCount});
    }
    if (auto* device = inventory_.device(notice.object)) return readVolume(*device, notice);
    if (auto* session = inventory_.session(notice.object)) readSession(*session, notice);
}

// Each device's session manager has a sink, since no page says which of them are told: whichever are, it is told once.
void CallbackReader::readDucking(const Ducking& now) {
    if (ducking_.size() == mostDucking) ducking_.clear();
    const auto [last, fresh] = ducking_.try_emplace(now.session, now.ducked, now.communicationSessions);
    const std::pair is(now.ducked, now.communicationSessions);
    if (!fresh && std::exchange(last->second, is) == is) return;
    report_({now});
}

// Commands report the gateway's own change when they make it: its notice has nothing new, unless another program has
// changed the value since.
void CallbackReader::readVolume(AudioDeviceHandle& device, const Notice& notice) {
    auto now = device.value;
    now.volume = notice.volume;
    now.muted = notice.muted;
    now.channelVolumes.assign(notice.channels, notice.channels + notice.channelCount);
    if (now == device.value) return;
    if (contexts_.commandOf(notice.context)) {
        device.flags->readAgain = true;
        return;
    }
    device.readVolume();  // for the decibels, which the notice lacks
    now.volumeDb = device.value.volumeDb;
    device.value = now;
    report_({AudioDeviceChanged{device.value, AudioDeviceChange::volume}});
}

void CallbackReader::readSession(AudioSessionHandle& session, const Notice& notice) {
    auto now = session.value;
    if (notice.kind == NoticeKind::volume) {
        now.volume = notice.volume;
        now.muted = notice.muted;
    } else if (notice.kind == NoticeKind::channels) {
        now.channelVolumes.assign(notice.channels, notice.channels + notice.channelCount);
    } else {
        now = session.current();
    }
    if (now == session.value) return;
    if (contexts_.commandOf(notice.context)) {
        session.flags->readAgain = true;
        return;
    }
    session.value = std::move(now);
    report_({AudioSessionChanged{session.value, changeOf(notice.kind)}});
}

void CallbackReader::readFlags() {
    for (auto& [key, device] : inventory_.devices())
        if (device->flags->readAgain.exchange(false)) {
            const auto before = device->value;
            device->readVolume();
            if (device->value != before) report_({AudioDeviceChanged{device->value, AudioDeviceChange::volume}});
        }
    // Unregistered and released here, never in the callback.
    std::erase_if(inventory_.sessions(), [this](const auto& entry) { return readFlags(*entry.second); });
}

bool CallbackReader::readFlags(AudioSessionHandle& session) {
    if (session.flags->readAgain.exchange(false))
        if (auto now = session.current(); now != session.value) {
            session.value = std::move(now);
            report_({AudioSessionChanged{session.value, AudioSessionChange::volume}});
        }
    const int state = session.flags->state.exchange(-1), disconnected = session.flags->disconnected.exchange(-1);
    if (state >= 0) {
        session.value.state = sessionStateFrom(state);
        report_({AudioSessionChanged{session.value, AudioSessionChange::state}});
    }
    if (disconnected >= 0) {
        serviceStopped_ = serviceStopped_ || disconnected == ::DisconnectReasonServerShutdown;
        session.value.state = ::deskline::AudioSessionState::expired;
        report_(
            {AudioSessionChanged{session.value, AudioSessionChange::disconnected, disconnectReasonFrom(disconnected)}});
    }
    return disconnected >= 0 || session.value.state == ::deskline::AudioSessionState::expired;
}

}  // namespace deskline::audio
