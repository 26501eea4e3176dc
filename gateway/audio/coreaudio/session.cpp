#include "audio/coreaudio/session.hpp"

#include <spdlog/spdlog.h>

#include "model/id.hpp"

namespace deskline::audio {
namespace {

std::string programOf(DWORD process) {
    if (process == 0) return {};
    HANDLE handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process);
    if (!handle) return {};
    wchar_t path[1024];
    DWORD length = 1024;
    std::string name;
    if (QueryFullProcessImageNameW(handle, 0, path, &length)) {
        const std::wstring_view whole(path, length);
        name = com::toUtf8(whole.substr(whole.find_last_of(L'\\') + 1));
    }
    CloseHandle(handle);
    return name;
}

std::string guidText(const GUID& guid) {
    wchar_t text[40] = {};
    StringFromGUID2(guid, text, 40);
    auto out = com::toUtf8(text);
    return out.size() == 38 ? out.substr(1, 36) : out;
}

}  // namespace

::deskline::AudioSessionState sessionStateFrom(int state) {
    using enum ::deskline::AudioSessionState;
    switch (state) {
        case 0: return inactive;
        case 1: return active;
        case 2: return expired;
        default: spdlog::warn("Core Audio said AudioSessionState {}, which no header names", state); return unknown;
    }
}

SessionIds SessionIds::of(IAudioSessionControl2* control, const DeviceId& device) {
    com::TaskText instance, session;
    DWORD process = 0;
    SessionIds ids;
    if (SUCCEEDED(control->GetSessionInstanceIdentifier(instance.receive())))
        ids.instance = audioSessionId(instance.text());
    control->GetSessionIdentifier(
        session.receive());  // one identifier for all sessions of a program; with the process, it is this one's
    if (SUCCEEDED(control->GetProcessId(&process))) ids.process = process;  // AUDCLNT_S_NO_SINGLE_PROCESS is a success
    ids.likeness = AudioSessionId(stableId({"audio-session", device, session.text(), std::to_string(process)}));
    return ids;
}

AudioSessionHandle::AudioSessionHandle(ComPtr<IAudioSessionControl2> control, std::uint64_t k, SessionIds is,
                                       const DeviceId& device, const std::shared_ptr<CallbackQueue>& callbacks)
    : key(k), ids(std::move(is)), control_(std::move(control)) {
    // Identifiers and process are read once, now: after expiry the getters answer AUDCLNT_E_DEVICE_INVALIDATED.
    value.device = device;
    value.id = ids.id();
    if (ids.process) value.process = {*ids.process, programOf(*ids.process)};
    value.systemSounds = control_->IsSystemSoundsSession() == S_OK;  // S_FALSE says no
    if (value.systemSounds) value.process = {};
    volume_ = com::query<ISimpleAudioVolume>(control_.Get());
    channels_ = com::query<IChannelAudioVolume>(control_.Get());
    meter_ = com::query<IAudioMeterInformation>(control_.Get());
    value = current();
    sink_.Attach(new SessionSink(callbacks, key, flags));
    registered_ = SUCCEEDED(control_->RegisterAudioSessionNotification(sink_.Get()));
}

AudioSessionHandle::~AudioSessionHandle() {
    if (registered_) control_->UnregisterAudioSessionNotification(sink_.Get());
}

AudioSession AudioSessionHandle::current() const {
    auto now = value;
    com::TaskText text;
    if (SUCCEEDED(control_->GetDisplayName(text.receive()))) now.displayName = text.text();
    if (now.displayName.empty() || now.displayName.starts_with('@'))  // '@': names a resource of another program
        now.displayName = now.systemSounds ? "System sounds" : now.process.name;
    if (SUCCEEDED(control_->GetIconPath(text.receive()))) now.icon = text.text();
    GUID grouping{};
    if (SUCCEEDED(control_->GetGroupingParam(&grouping))) now.groupingId = guidText(grouping);
    ::AudioSessionState state{};
    if (SUCCEEDED(control_->GetState(&state))) now.state = sessionStateFrom(state);
    float volume = 0;
    WINBOOL muted = FALSE;
    if (volume_ && SUCCEEDED(volume_->GetMasterVolume(&volume))) now.volume = volume;
    if (volume_ && SUCCEEDED(volume_->GetMute(&muted))) now.muted = muted != 0;
    UINT32 count = 0;
    if (!channels_ || FAILED(channels_->GetChannelCount(&count)) || count == 0) return now;
    std::vector<float> volumes(count);
    if (SUCCEEDED(channels_->GetAllVolumes(count, volumes.data())))
        now.channelVolumes.assign(volumes.begin(), volumes.end());
    return now;
}

bool AudioSessionHandle::over() const {
    ::AudioSessionState state{};
    return FAILED(control_->GetState(&state)) || sessionStateFrom(state) == ::deskline::AudioSessionState::expired;
}

Result<void> AudioSessionHandle::set(const VolumeChange& change, const std::optional<std::string>& name,
                                     const GUID& context) {
    if (change.volume)
        if (const HRESULT code =
                volume_ ? volume_->SetMasterVolume(static_cast<float>(*change.volume), &context) : E_NOTIMPL;
            FAILED(code))
            return com::failed(code, "ISimpleAudioVolume::SetMasterVolume");
    if (change.muted)
        if (const HRESULT code = volume_ ? volume_->SetMute(*change.muted, &context) : E_NOTIMPL; FAILED(code))
            return com::failed(code, "ISimpleAudioVolume::SetMute");
    if (change.channels) {
        const std::vector<float> values(change.channels->begin(), change.channels->end());
        if (const HRESULT code =
                channels_ ? channels_->SetAllVolumes(static_cast<UINT32>(values.size()), values.data(), &context)
                          : E_NOTIMPL;
            FAILED(code))
            return com::failed(code, "IChannelAudioVolume::SetAllVolumes");
    }
    if (name)
        if (const HRESULT code = control_->SetDisplayName(com::toUtf16(*name).c_str(), &context); FAILED(code))
            return com::failed(code, "IAudioSessionControl::SetDisplayName");
    return {};
}

std::optional<Meter> AudioSessionHandle::meter() {
    float peak = 0;
    UINT count = 0;
    if (!meter_ || FAILED(meter_->GetPeakValue(&peak))) return std::nullopt;
    Meter meter{value.id, peak, {}};
    if (FAILED(meter_->GetMeteringChannelCount(&count)) || count == 0) return meter;
    std::vector<float> all(count);
    if (SUCCEEDED(meter_->GetChannelsPeakValues(count, all.data()))) meter.channels.assign(all.begin(), all.end());
    return meter;
}

}  // namespace deskline::audio
