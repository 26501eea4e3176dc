#include "audio/coreaudio/device.hpp"

#include "model/id.hpp"

namespace deskline::audio {
namespace {

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

}  // namespace

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

DeviceId deviceIdOf(IMMDevice* device) {
    com::TaskText id;
    if (FAILED(device->GetId(id.receive()))) return {};
    return DeviceId(stableId({"device", id.text()}));
}

AudioDeviceHandle::AudioDeviceHandle(ComPtr<IMMDevice> device, std::uint64_t k,
                                     const std::shared_ptr<CallbackQueue>& callbacks, Capabilities& capabilities)
    : key(k), object_(std::move(device)), capabilities_(capabilities), callbacks_(callbacks) {
    value.id = deviceIdOf(object_.Get());
    EDataFlow flow = eRender;
    if (const auto endpoint = com::query<IMMEndpoint>(object_.Get())) endpoint->GetDataFlow(&flow);
    value.flow = flow == eCapture ? DeviceFlow::capture : DeviceFlow::render;
    read();
}

AudioDeviceHandle::~AudioDeviceHandle() { deactivate(); }

void AudioDeviceHandle::deactivate() {
    if (std::exchange(volumeRegistered_, false)) volume_->UnregisterControlChangeNotify(volumeSink_.Get());
    if (std::exchange(createdRegistered_, false)) manager_->UnregisterSessionNotification(createdSink_.Get());
    if (std::exchange(duckRegistered_, false)) manager_->UnregisterDuckNotification(duckSink_.Get());
    volumeSink_.Reset(), createdSink_.Reset(), duckSink_.Reset(), volume_.Reset(), manager_.Reset();
}

void AudioDeviceHandle::activate() {
    activation_ = S_OK;
    const auto make = [&](const IID& id, void** out) {
        const HRESULT code = object_->Activate(id, CLSCTX_INPROC_SERVER, nullptr, out);
        if (FAILED(code)) activation_ = code;
        return SUCCEEDED(code);
    };
    if (!volume_ && make(__uuidof(IAudioEndpointVolume), reinterpret_cast<void**>(volume_.GetAddressOf()))) {
        volumeSink_.Attach(new VolumeSink(callbacks_, key, flags));
        volumeRegistered_ = SUCCEEDED(volume_->RegisterControlChangeNotify(volumeSink_.Get()));
        DWORD mask = 0;  // a system that lacks this lacks the setters too; to try one would move some headsets
        if (!capabilities_.deviceVolume.known())
            capabilities_.deviceVolume.note(volume_->QueryHardwareSupport(&mask),
                                            "IAudioEndpointVolume::QueryHardwareSupport");
    }
    if (!manager_) make(__uuidof(IAudioSessionManager2), reinterpret_cast<void**>(manager_.GetAddressOf()));
}

HRESULT AudioDeviceHandle::look() {
    if (value.state != ::deskline::DeviceState::active) return S_OK;
    WINBOOL muted = FALSE;
    HRESULT code = volume_ ? volume_->GetMute(&muted) : activation_;
    if (manager_ && !isWithoutService(code) && !isInvalidated(code)) {
        ComPtr<IAudioSessionEnumerator> all;
        code = manager_->GetSessionEnumerator(all.GetAddressOf());
    }
    if (isInvalidated(code) && (volume_ || manager_)) {
        deactivate();
        callbacks_->rescan = true;
    }
    return code;
}

bool AudioDeviceHandle::complete() const {
    if (value.state != ::deskline::DeviceState::active) return true;
    return volume_ && volumeRegistered_ && manager_ && (createdRegistered_ || withoutSessionEvents_) &&
           (duckRegistered_ || withoutDucking_);
}

void AudioDeviceHandle::read() {
    DWORD state = 0;
    if (FAILED(object_->GetState(&state))) state = DEVICE_STATE_NOTPRESENT;
    value.state = deviceStateFrom(state);
    value.name = friendlyNameOf(object_.Get());
    if (value.state != ::deskline::DeviceState::active) return deactivate();
    activate();
    readVolume();
}

void AudioDeviceHandle::readVolume() {
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

Result<void> AudioDeviceHandle::set(const VolumeChange& change, const GUID& context) {
    if (!volume_) return fromHresult(hresult("AUDCLNT_E_DEVICE_INVALIDATED"), "IAudioEndpointVolume");
    if (change.volume)
        if (const HRESULT code = volume_->SetMasterVolumeLevelScalar(static_cast<float>(*change.volume), &context);
            FAILED(code))
            return com::failed(code, "IAudioEndpointVolume::SetMasterVolumeLevelScalar");
    if (change.muted)
        if (const HRESULT code = volume_->SetMute(*change.muted, &context); FAILED(code))
            return com::failed(code, "IAudioEndpointVolume::SetMute");
    if (!change.channels) return {};
    UINT count = 0;
    HRESULT code = volume_->GetChannelCount(&count);
    if (SUCCEEDED(code) && count != change.channels->size()) code = E_INVALIDARG;
    for (UINT i = 0; i < count && SUCCEEDED(code); ++i)
        code = volume_->SetChannelVolumeLevelScalar(i, static_cast<float>((*change.channels)[i]), &context);
    if (FAILED(code)) return com::failed(code, "IAudioEndpointVolume::SetChannelVolumeLevelScalar");
    return {};
}

std::vector<ComPtr<IAudioSessionControl>> AudioDeviceHandle::sessions() {
    std::vector<ComPtr<IAudioSessionControl>> found;
    if (!manager_) return found;
    if (!createdRegistered_ && !withoutSessionEvents_) {
        createdSink_.Attach(new CreatedSink(callbacks_, key));
        const HRESULT code = manager_->RegisterSessionNotification(createdSink_.Get());
        createdRegistered_ = SUCCEEDED(code);
        withoutSessionEvents_ = isLack(code);
        capabilities_.sessionEvents.note(code, "IAudioSessionManager2::RegisterSessionNotification");
    }
    if (!duckRegistered_ && !withoutDucking_) {
        duckSink_.Attach(new DuckSink(callbacks_));
        const HRESULT code = manager_->RegisterDuckNotification(nullptr, duckSink_.Get());
        duckRegistered_ = SUCCEEDED(code);
        withoutDucking_ = isLack(code);
        capabilities_.ducking.note(code, "IAudioSessionManager2::RegisterDuckNotification");
    }
    ComPtr<IAudioSessionEnumerator> all;
    const HRESULT code = manager_->GetSessionEnumerator(all.GetAddressOf());
    capabilities_.sessions.note(code, "IAudioSessionManager2::GetSessionEnumerator");
    int count = 0;
    if (FAILED(code) || FAILED(all->GetCount(&count)))
        return found;  // Windows tells of new sessions only after GetCount
    for (int i = 0; i < count; ++i) {
        ComPtr<IAudioSessionControl> session;
        if (SUCCEEDED(all->GetSession(i, session.GetAddressOf())) && session) found.push_back(std::move(session));
    }
    return found;
}

}  // namespace deskline::audio
