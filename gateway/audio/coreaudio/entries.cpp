#include "audio/coreaudio/entries.hpp"

#include <spdlog/spdlog.h>

#include <filesystem>

#include "model/id.hpp"

namespace deskline::audio {
namespace {

// Notes a capability that is lacking, once, and goes on.
void lacks(bool& capability, HRESULT code, const char* what) {
    if (SUCCEEDED(code) || !std::exchange(capability, false)) return;
    spdlog::warn("this system's Core Audio lacks {}: {}", what,
                 fromHresult(static_cast<std::uint32_t>(code), what).detail);
}

std::string friendlyNameOf(IMMDevice* device) {
    ComPtr<IPropertyStore> properties;
    PROPVARIANT value;
    PropVariantInit(&value);
    std::string name;
    if (SUCCEEDED(device->OpenPropertyStore(STGM_READ, properties.GetAddressOf())) &&
        SUCCEEDED(properties->GetValue(friendlyName, &value)) && value.vt == VT_LPWSTR && value.pwszVal)
        name = com::toUtf8(value.pwszVal);
    PropVariantClear(&value);
    return name;
}

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

::deskline::DeviceState deviceStateFrom(DWORD state) {
    using enum ::deskline::DeviceState;
    switch (state) {
        case DEVICE_STATE_ACTIVE: return active;
        case DEVICE_STATE_DISABLED: return disabled;
        case DEVICE_STATE_NOTPRESENT: return not_present;
        case DEVICE_STATE_UNPLUGGED: return unplugged;
        default: return unknown;
    }
}

std::map<std::string, bool> Capabilities::all() const {
    return {{"devices", devices},
            {"sessions", sessions},
            {"sessionEvents", sessionEvents},
            {"deviceVolume", deviceVolume},
            {"displayName", displayName},
            {"meters", meters},
            {"ducking", ducking}};
}

DeviceEntry::DeviceEntry(ComPtr<IMMDevice> device, std::uint64_t k, const std::shared_ptr<Notices>& notices,
                         Capabilities& capabilities)
    : object(std::move(device)), key(k), capabilities_(capabilities), notices_(notices) {
    com::TaskText id;
    object->GetId(id.receive());
    value.id = stableId({"device", id.text()});
    EDataFlow flow = eRender;
    if (const auto endpoint = com::query<IMMEndpoint>(object.Get())) endpoint->GetDataFlow(&flow);
    value.flow = flow == eCapture ? DeviceFlow::capture : DeviceFlow::render;
    read();
}

DeviceEntry::~DeviceEntry() { forgetVolume(); }

void DeviceEntry::forgetVolume() {
    if (std::exchange(volumeRegistered_, false)) volume_->UnregisterControlChangeNotify(volumeSink_.Get());
    if (std::exchange(createdRegistered_, false)) manager_->UnregisterSessionNotification(createdSink_.Get());
    if (std::exchange(duckRegistered_, false)) manager_->UnregisterDuckNotification(duckSink_.Get());
    volumeSink_.Reset(), createdSink_.Reset(), duckSink_.Reset(), volume_.Reset(), manager_.Reset();
}

void DeviceEntry::activate() {
    if (!volume_ && SUCCEEDED(object->Activate(__uuidof(IAudioEndpointVolume), CLSCTX_INPROC_SERVER, nullptr,
                                               reinterpret_cast<void**>(volume_.GetAddressOf())))) {
        volumeSink_.Attach(new VolumeSink(notices_, key, marks));
        volumeRegistered_ = SUCCEEDED(volume_->RegisterControlChangeNotify(volumeSink_.Get()));
        float now = 0;  // setting what is there is harmless and tells whether setting is to be had at all
        if (capabilities_.deviceVolume && SUCCEEDED(volume_->GetMasterVolumeLevelScalar(&now)))
            lacks(capabilities_.deviceVolume, volume_->SetMasterVolumeLevelScalar(now, nullptr),
                  "IAudioEndpointVolume::SetMasterVolumeLevelScalar");
    }
    if (!manager_)
        object->Activate(__uuidof(IAudioSessionManager2), CLSCTX_INPROC_SERVER, nullptr,
                         reinterpret_cast<void**>(manager_.GetAddressOf()));
}

void DeviceEntry::read() {
    DWORD state = 0;
    if (FAILED(object->GetState(&state))) state = DEVICE_STATE_NOTPRESENT;
    value.state = deviceStateFrom(state);
    value.name = friendlyNameOf(object.Get());
    if (value.state != ::deskline::DeviceState::active) return forgetVolume();
    activate();
    readVolume();
}

void DeviceEntry::readVolume() {
    if (!volume_) return;
    float scalar = 0, decibels = 0;
    WINBOOL muted = FALSE;
    UINT count = 0;
    if (SUCCEEDED(volume_->GetMasterVolumeLevelScalar(&scalar))) value.volume = scalar;
    if (SUCCEEDED(volume_->GetMasterVolumeLevel(&decibels))) value.volumeDb = decibels;
    if (SUCCEEDED(volume_->GetMute(&muted))) value.muted = muted != 0;
    if (FAILED(volume_->GetChannelCount(&count))) return;
    value.channelVolumes.clear();
    for (UINT i = 0; i < count; ++i)
        if (SUCCEEDED(volume_->GetChannelVolumeLevelScalar(i, &scalar))) value.channelVolumes.push_back(scalar);
}

HRESULT DeviceEntry::set(const std::optional<double>& volume, const std::optional<bool>& muted,
                         const std::optional<std::vector<double>>& channels, const GUID& context,
                         std::string_view& what) {
    if (!volume_) return static_cast<HRESULT>(hresult("AUDCLNT_E_DEVICE_INVALIDATED"));
    HRESULT code = S_OK;
    what = "IAudioEndpointVolume::SetMasterVolumeLevelScalar";
    if (volume) code = volume_->SetMasterVolumeLevelScalar(static_cast<float>(*volume), &context);
    if (FAILED(code)) return code;
    what = "IAudioEndpointVolume::SetMute";
    if (muted) code = volume_->SetMute(*muted, &context);
    if (FAILED(code) || !channels) return code;
    what = "IAudioEndpointVolume::SetChannelVolumeLevelScalar";
    UINT count = 0;
    code = volume_->GetChannelCount(&count);
    if (SUCCEEDED(code) && count != channels->size()) return E_INVALIDARG;
    for (UINT i = 0; i < count && SUCCEEDED(code); ++i)
        code = volume_->SetChannelVolumeLevelScalar(i, static_cast<float>((*channels)[i]), &context);
    return code;
}

std::vector<ComPtr<IAudioSessionControl>> DeviceEntry::sessions() {
    std::vector<ComPtr<IAudioSessionControl>> found;
    if (!manager_) return found;
    if (!createdRegistered_ && capabilities_.sessionEvents) {
        createdSink_.Attach(new CreatedSink(notices_, key));
        const HRESULT code = manager_->RegisterSessionNotification(createdSink_.Get());
        createdRegistered_ = SUCCEEDED(code);
        lacks(capabilities_.sessionEvents, code, "IAudioSessionManager2::RegisterSessionNotification");
    }
    if (!duckRegistered_ && capabilities_.ducking) {
        duckSink_.Attach(new DuckSink(notices_));
        const HRESULT code = manager_->RegisterDuckNotification(nullptr, duckSink_.Get());
        duckRegistered_ = SUCCEEDED(code);
        lacks(capabilities_.ducking, code, "IAudioSessionManager2::RegisterDuckNotification");
    }
    ComPtr<IAudioSessionEnumerator> all;
    const HRESULT code = manager_->GetSessionEnumerator(all.GetAddressOf());
    lacks(capabilities_.sessions, code, "IAudioSessionManager2::GetSessionEnumerator");
    int count = 0;
    if (FAILED(code) || FAILED(all->GetCount(&count))) return found;  // until GetCount, new sessions are not told of
    for (int i = 0; i < count; ++i) {
        ComPtr<IAudioSessionControl> session;
        if (SUCCEEDED(all->GetSession(i, session.GetAddressOf())) && session) found.push_back(std::move(session));
    }
    return found;
}

SessionIds SessionIds::of(IAudioSessionControl2* control, const std::string& device) {
    com::TaskText instance, session;
    DWORD process = 0;
    SessionIds ids;
    if (SUCCEEDED(control->GetSessionInstanceIdentifier(instance.receive())))
        ids.instance = stableId({"audio-session", instance.text()});
    control->GetSessionIdentifier(session.receive());  // of all of one program: with the process, of this one
    if (SUCCEEDED(control->GetProcessId(&process))) ids.process = process;  // AUDCLNT_S_NO_SINGLE_PROCESS is a success
    ids.likeness = stableId({"audio-session", device, session.text(), std::to_string(process)});
    return ids;
}

SessionEntry::SessionEntry(ComPtr<IAudioSessionControl2> c, std::uint64_t k, SessionIds is, const std::string& device,
                           const std::shared_ptr<Notices>& notices)
    : control(std::move(c)), key(k), ids(std::move(is)) {
    // Identifiers and process are read once, now: after expiry the getters answer AUDCLNT_E_DEVICE_INVALIDATED.
    value.device = device;
    value.id = ids.id();
    if (ids.process) value.process = {*ids.process, programOf(*ids.process)};
    value.systemSounds = control->IsSystemSoundsSession() == S_OK;  // S_FALSE says no
    if (value.systemSounds) value.process = {};
    volume_ = com::query<ISimpleAudioVolume>(control.Get());
    channels_ = com::query<IChannelAudioVolume>(control.Get());
    meter_ = com::query<IAudioMeterInformation>(control.Get());
    read();
    sink_.Attach(new SessionSink(notices, key, marks));
    registered_ = SUCCEEDED(control->RegisterAudioSessionNotification(sink_.Get()));
}

SessionEntry::~SessionEntry() {
    if (registered_) control->UnregisterAudioSessionNotification(sink_.Get());
}

void SessionEntry::read() {
    com::TaskText text;
    if (SUCCEEDED(control->GetDisplayName(text.receive()))) value.displayName = text.text();
    if (value.displayName.empty() || value.displayName.starts_with('@'))
        value.displayName =
            value.systemSounds ? "System sounds" : value.process.name;  // '@': a resource of another program
    if (SUCCEEDED(control->GetIconPath(text.receive()))) value.icon = text.text();
    GUID grouping{};
    if (SUCCEEDED(control->GetGroupingParam(&grouping))) value.groupingId = guidText(grouping);
    ::AudioSessionState state{};
    if (SUCCEEDED(control->GetState(&state))) value.state = sessionStateFrom(state);
    float volume = 0;
    WINBOOL muted = FALSE;
    if (volume_ && SUCCEEDED(volume_->GetMasterVolume(&volume))) value.volume = volume;
    if (volume_ && SUCCEEDED(volume_->GetMute(&muted))) value.muted = muted != 0;
    UINT32 count = 0;
    if (!channels_ || FAILED(channels_->GetChannelCount(&count)) || count == 0) return;
    std::vector<float> volumes(count);
    if (SUCCEEDED(channels_->GetAllVolumes(count, volumes.data())))
        value.channelVolumes.assign(volumes.begin(), volumes.end());
}

HRESULT SessionEntry::set(const std::optional<double>& volume, const std::optional<bool>& muted,
                          const std::optional<std::vector<double>>& channels, const std::optional<std::string>& name,
                          const GUID& context, std::string_view& what) {
    HRESULT code = S_OK;
    what = "ISimpleAudioVolume::SetMasterVolume";
    if (volume) code = volume_ ? volume_->SetMasterVolume(static_cast<float>(*volume), &context) : E_NOTIMPL;
    if (FAILED(code)) return code;
    what = "ISimpleAudioVolume::SetMute";
    if (muted) code = volume_ ? volume_->SetMute(*muted, &context) : E_NOTIMPL;
    if (FAILED(code)) return code;
    what = "IChannelAudioVolume::SetAllVolumes";
    if (channels) {
        const std::vector<float> values(channels->begin(), channels->end());
        code = channels_ ? channels_->SetAllVolumes(static_cast<UINT32>(values.size()), values.data(), &context)
                         : E_NOTIMPL;
    }
    if (FAILED(code)) return code;
    what = "IAudioSessionControl::SetDisplayName";
    if (name) code = control->SetDisplayName(com::toUtf16(*name).c_str(), &context);
    return code;
}

bool SessionEntry::peaks(double& peak, std::vector<double>& channels) {
    float value = 0;
    UINT count = 0;
    if (!meter_ || FAILED(meter_->GetPeakValue(&value))) return false;
    peak = value;
    if (FAILED(meter_->GetMeteringChannelCount(&count)) || count == 0) return true;
    std::vector<float> all(count);
    if (SUCCEEDED(meter_->GetChannelsPeakValues(count, all.data()))) channels.assign(all.begin(), all.end());
    return true;
}

}  // namespace deskline::audio
