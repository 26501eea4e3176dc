// Core Audio as real COM objects on the simulated mixer, with callbacks on a thread of its own. It enforces the three
// rules and the order of registration. DESKLINE_DOUBLE_AUDIO_CONSOLE: port of the simulator's console.
#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <set>
#include <thread>

#include "audio/coreaudio/interfaces.hpp"
#include "com/com.hpp"
#include "object.hpp"
#include "simulation/control.hpp"
#include "simulation/mixer.hpp"

namespace deskline::doubles {
namespace {

using com::ComPtr;
using simulation::Code;
using simulation::Mixer;

HRESULT hr(Code code) { return static_cast<HRESULT>(code); }

HRESULT give(const std::string& text, LPWSTR* out) {
    const auto wide = com::toUtf16(text);
    *out = static_cast<LPWSTR>(CoTaskMemAlloc((wide.size() + 1) * sizeof(wchar_t)));
    if (!*out) return E_OUTOFMEMORY;
    std::copy_n(wide.c_str(), wide.size() + 1, *out);
    return S_OK;
}

class SessionControl;
class EndpointVolume;
class SessionManager;
class Enumerator;

struct World {
    Mixer mixer;
    std::unique_ptr<simulation::Console> console;
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<simulation::MixerEvent> events;
    std::map<simulation::Context, GUID> contexts;
    simulation::Context nextContext = 1;
    std::set<SessionControl*> controls;
    std::set<EndpointVolume*> volumes;
    std::set<SessionManager*> managers;
    std::set<IMMNotificationClient*> clients;

    World() {
        mixer.listen([this](const simulation::MixerEvent& event) {
            {
                const std::lock_guard lock(mutex);
                events.push_back(event);
            }
            wake.notify_one();
        });
        std::thread([this] { run(); }).detach();
        if (const auto port = consolePort("DESKLINE_DOUBLE_AUDIO_CONSOLE"))
            console = std::make_unique<simulation::Console>(
                port, [this](const boost::json::object& request) -> boost::json::object {
                    if (request.contains("do") && request.at("do") == "figures")
                        return {{"live", liveObjects(Family::audio).load()}, {"callbacks", callbackFigures()}};
                    return simulation::control(mixer, request);
                });
    }

    simulation::Context note(const GUID* context) {
        if (!context) return 0;
        const std::lock_guard lock(mutex);
        contexts[nextContext] = *context;
        if (contexts.size() > 4096) contexts.erase(contexts.begin());
        return nextContext++;
    }
    std::optional<GUID> contextOf(simulation::Context id) {
        const std::lock_guard lock(mutex);
        const auto found = contexts.find(id);
        return found == contexts.end() ? std::nullopt : std::optional(found->second);
    }

    void run();
    void deliver(const simulation::MixerSessionHappened& e);
    void deliver(const simulation::MixerDeviceHappened& e);
    void deliver(const Ducking& e);
};
World& world() {
    static auto* one = new World;  // to the end of the process
    return *one;
}

class SessionControl final
    : public AudioObject<IAudioSessionControl2, ISimpleAudioVolume, IChannelAudioVolume, IAudioMeterInformation> {
public:
    explicit SessionControl(std::string id) : id(std::move(id)) {
        guardLastRelease();
        const std::lock_guard lock(world().mutex);
        world().controls.insert(this);
    }
    const std::string id;
    ComPtr<IAudioSessionEvents> sink;  // under the world's lock

    // IUnknown is shared by four interfaces, IAudioSessionControl comes by way of the second version.
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** out) override {
        if (iid == __uuidof(IAudioSessionControl)) {
            *out = static_cast<IAudioSessionControl2*>(this);
            AddRef();
            return S_OK;
        }
        return Object::QueryInterface(iid, out);
    }
    HRESULT STDMETHODCALLTYPE GetState(::AudioSessionState* out) override {
        return with([&](const AudioSession& s) { *out = static_cast<::AudioSessionState>(s.state); });
    }
    HRESULT STDMETHODCALLTYPE GetDisplayName(LPWSTR* out) override {
        return with([&](const AudioSession& s) { give(s.displayName, out); });
    }
    HRESULT STDMETHODCALLTYPE SetDisplayName(LPCWSTR name, LPCGUID context) override {
        called("IAudioSessionControl::SetDisplayName");
        return hr(world().mixer.setDisplayName(id, com::toUtf8(name), world().note(context)));
    }
    HRESULT STDMETHODCALLTYPE GetIconPath(LPWSTR* out) override {
        return with([&](const AudioSession& s) { give(s.icon, out); });
    }
    HRESULT STDMETHODCALLTYPE SetIconPath(LPCWSTR path, LPCGUID context) override {
        return hr(world().mixer.setIcon(id, com::toUtf8(path), world().note(context)));
    }
    HRESULT STDMETHODCALLTYPE GetGroupingParam(GUID* out) override {
        return with(
            [&](const AudioSession& s) { CLSIDFromString(com::toUtf16("{" + s.groupingId + "}").c_str(), out); });
    }
    HRESULT STDMETHODCALLTYPE SetGroupingParam(LPCGUID, LPCGUID) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE RegisterAudioSessionNotification(IAudioSessionEvents* events) override {
        called("IAudioSessionControl::RegisterAudioSessionNotification");
        const std::lock_guard lock(world().mutex);
        sink = events;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE UnregisterAudioSessionNotification(IAudioSessionEvents* events) override {
        called("IAudioSessionControl::UnregisterAudioSessionNotification");
        if (insideCallback()) ruleBroken("UnregisterAudioSessionNotification inside a callback");
        ComPtr<IAudioSessionEvents> gone;
        const std::lock_guard lock(world().mutex);
        if (sink.Get() != events) return hr(0x80070490);
        gone.Swap(sink);
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetSessionIdentifier(LPWSTR* out) override {
        return with([&](const AudioSession& s) { give(s.device + "|" + s.process.name, out); });
    }
    HRESULT STDMETHODCALLTYPE GetSessionInstanceIdentifier(LPWSTR* out) override {
        if (const Code code = world().mixer.faults().pass("GetSessionInstanceIdentifier", id)) return hr(code);
        return with([&](const AudioSession&) { give("{simulated}|" + id, out); });
    }
    HRESULT STDMETHODCALLTYPE GetProcessId(DWORD* out) override {
        return with([&](const AudioSession& s) { *out = s.process.id; });
    }
    HRESULT STDMETHODCALLTYPE IsSystemSoundsSession() override {
        const auto session = world().mixer.session(id);
        return session && session->systemSounds ? S_OK : S_FALSE;
    }
    HRESULT STDMETHODCALLTYPE SetDuckingPreference(WINBOOL) override { return S_OK; }

    HRESULT STDMETHODCALLTYPE SetMasterVolume(float volume, LPCGUID context) override {
        called(fmt::format("ISimpleAudioVolume::SetMasterVolume({:.3f})", volume));
        return hr(world().mixer.setVolume(id, volume, world().note(context)));
    }
    HRESULT STDMETHODCALLTYPE GetMasterVolume(float* out) override {
        return with([&](const AudioSession& s) { *out = static_cast<float>(s.volume); });
    }
    HRESULT STDMETHODCALLTYPE SetMute(const WINBOOL muted, LPCGUID context) override {
        called(fmt::format("ISimpleAudioVolume::SetMute({})", muted));
        return hr(world().mixer.setMuted(id, muted != 0, world().note(context)));
    }
    HRESULT STDMETHODCALLTYPE GetMute(WINBOOL* out) override {
        return with([&](const AudioSession& s) { *out = s.muted; });
    }

    HRESULT STDMETHODCALLTYPE GetChannelCount(UINT32* out) override {
        return with([&](const AudioSession& s) { *out = static_cast<UINT32>(s.channelVolumes.size()); });
    }
    HRESULT STDMETHODCALLTYPE SetChannelVolume(UINT32 index, const float volume, LPCGUID context) override {
        auto session = world().mixer.session(id);
        if (!session || index >= session->channelVolumes.size()) return E_INVALIDARG;
        session->channelVolumes[index] = volume;
        return hr(
            world().mixer.setChannels(id, session->channelVolumes, world().note(context), static_cast<int>(index)));
    }
    HRESULT STDMETHODCALLTYPE GetChannelVolume(UINT32 index, float* out) override {
        return with([&](const AudioSession& s) {
            *out = index < s.channelVolumes.size() ? static_cast<float>(s.channelVolumes[index]) : 0;
        });
    }
    HRESULT STDMETHODCALLTYPE SetAllVolumes(UINT32 count, const float* volumes, LPCGUID context) override {
        called("IChannelAudioVolume::SetAllVolumes");
        return hr(world().mixer.setChannels(id, {volumes, volumes + count}, world().note(context)));
    }
    HRESULT STDMETHODCALLTYPE GetAllVolumes(UINT32 count, float* volumes) override {
        return with([&](const AudioSession& s) {
            for (UINT32 i = 0; i < count && i < s.channelVolumes.size(); ++i)
                volumes[i] = static_cast<float>(s.channelVolumes[i]);
        });
    }
    HRESULT STDMETHODCALLTYPE GetPeakValue(float* peak) override {
        const auto peaks = world().mixer.peaks(id);
        *peak = peaks.empty() ? 0 : static_cast<float>(std::max(peaks[0], peaks.back()));
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetMeteringChannelCount(UINT* count) override {
        *count = 2;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetChannelsPeakValues(UINT32 count, float* out) override {
        const auto peaks = world().mixer.peaks(id);
        for (UINT32 i = 0; i < count && i < peaks.size(); ++i) out[i] = static_cast<float>(peaks[i]);
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE QueryHardwareSupport(DWORD* mask) override {
        *mask = 0;
        return S_OK;
    }

private:
    ~SessionControl() override {
        const std::lock_guard lock(world().mutex);
        world().controls.erase(this);
        if (sink) ruleBroken("a session control was released with a sink still registered");
    }
    HRESULT with(auto read) {
        const auto session = world().mixer.session(id);
        if (!session) return hr(0x88890004);
        read(*session);
        return S_OK;
    }
};

class SessionEnumerator final : public AudioObject<IAudioSessionEnumerator> {
public:
    explicit SessionEnumerator(SessionManager& manager);
    HRESULT STDMETHODCALLTYPE GetCount(int* out) override;
    HRESULT STDMETHODCALLTYPE GetSession(int index, IAudioSessionControl** out) override {
        if (index < 0 || static_cast<std::size_t>(index) >= ids_.size()) return E_INVALIDARG;
        *out = new SessionControl(ids_[static_cast<std::size_t>(index)]);
        return S_OK;
    }

private:
    ComPtr<SessionManager> manager_;
    std::vector<std::string> ids_;
};

class SessionManager final : public AudioObject<IAudioSessionManager2> {
public:
    explicit SessionManager(std::string device) : device(std::move(device)) {
        const std::lock_guard lock(world().mutex);
        world().managers.insert(this);
    }
    const std::string device;
    ComPtr<IAudioSessionNotification> created;
    ComPtr<IAudioVolumeDuckNotification> ducking;
    bool counted = false;  // until the list was fetched once, new sessions are not told of

    HRESULT STDMETHODCALLTYPE GetAudioSessionControl(LPCGUID, DWORD, IAudioSessionControl**) override {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE GetSimpleAudioVolume(LPCGUID, DWORD, ISimpleAudioVolume**) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetSessionEnumerator(IAudioSessionEnumerator** out) override {
        called("IAudioSessionManager2::GetSessionEnumerator");
        *out = new SessionEnumerator(*this);
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE RegisterSessionNotification(IAudioSessionNotification* sink) override {
        called("IAudioSessionManager2::RegisterSessionNotification");
        const std::lock_guard lock(world().mutex);
        created = sink;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE UnregisterSessionNotification(IAudioSessionNotification*) override {
        if (insideCallback()) ruleBroken("UnregisterSessionNotification inside a callback");
        ComPtr<IAudioSessionNotification> gone;
        const std::lock_guard lock(world().mutex);
        gone.Swap(created);
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE RegisterDuckNotification(LPCWSTR, IAudioVolumeDuckNotification* sink) override {
        const std::lock_guard lock(world().mutex);
        ducking = sink;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE UnregisterDuckNotification(IAudioVolumeDuckNotification*) override {
        ComPtr<IAudioVolumeDuckNotification> gone;
        const std::lock_guard lock(world().mutex);
        gone.Swap(ducking);
        return S_OK;
    }

private:
    ~SessionManager() override {
        const std::lock_guard lock(world().mutex);
        world().managers.erase(this);
    }
};

SessionEnumerator::SessionEnumerator(SessionManager& manager) : manager_(&manager) {
    for (const auto& session : world().mixer.sessions())
        if (session.device == manager.device) ids_.push_back(session.id);
}
HRESULT SessionEnumerator::GetCount(int* out) {
    *out = static_cast<int>(ids_.size());
    const std::lock_guard lock(world().mutex);
    manager_->counted = true;
    return S_OK;
}

class EndpointVolume final : public AudioObject<IAudioEndpointVolume> {
public:
    explicit EndpointVolume(std::string device) : device(std::move(device)) {
        const std::lock_guard lock(world().mutex);
        world().volumes.insert(this);
    }
    const std::string device;
    ComPtr<IAudioEndpointVolumeCallback> sink;

    HRESULT STDMETHODCALLTYPE RegisterControlChangeNotify(IAudioEndpointVolumeCallback* callback) override {
        called("IAudioEndpointVolume::RegisterControlChangeNotify");
        const std::lock_guard lock(world().mutex);
        sink = callback;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE UnregisterControlChangeNotify(IAudioEndpointVolumeCallback*) override {
        if (insideCallback()) ruleBroken("UnregisterControlChangeNotify inside a callback");
        ComPtr<IAudioEndpointVolumeCallback> gone;
        const std::lock_guard lock(world().mutex);
        gone.Swap(sink);
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetChannelCount(UINT* out) override {
        return with([&](const AudioDevice& d) { *out = static_cast<UINT>(d.channelVolumes.size()); });
    }
    HRESULT STDMETHODCALLTYPE SetMasterVolumeLevel(FLOAT decibels, LPCGUID context) override {
        return hr(world().mixer.setVolume(device, world().mixer.scalar(decibels), world().note(context)));
    }
    HRESULT STDMETHODCALLTYPE SetMasterVolumeLevelScalar(FLOAT volume, LPCGUID context) override {
        called(fmt::format("IAudioEndpointVolume::SetMasterVolumeLevelScalar({:.3f})", volume));
        const auto now = world().mixer.device(device);
        if (now && static_cast<float>(now->volume) == volume) return S_OK;
        return hr(world().mixer.setVolume(device, volume, world().note(context)));
    }
    HRESULT STDMETHODCALLTYPE GetMasterVolumeLevel(FLOAT* out) override {
        return with([&](const AudioDevice& d) { *out = static_cast<float>(d.volumeDb); });
    }
    HRESULT STDMETHODCALLTYPE GetMasterVolumeLevelScalar(FLOAT* out) override {
        return with([&](const AudioDevice& d) { *out = static_cast<float>(d.volume); });
    }
    HRESULT STDMETHODCALLTYPE SetChannelVolumeLevel(UINT, FLOAT, LPCGUID) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE SetChannelVolumeLevelScalar(UINT index, FLOAT volume, LPCGUID context) override {
        auto now = world().mixer.device(device);
        if (!now || index >= now->channelVolumes.size()) return E_INVALIDARG;
        now->channelVolumes[index] = volume;
        return hr(world().mixer.setChannels(device, now->channelVolumes, world().note(context)));
    }
    HRESULT STDMETHODCALLTYPE GetChannelVolumeLevel(UINT, FLOAT*) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetChannelVolumeLevelScalar(UINT index, FLOAT* out) override {
        return with([&](const AudioDevice& d) {
            *out = index < d.channelVolumes.size() ? static_cast<float>(d.channelVolumes[index]) : 0;
        });
    }
    HRESULT STDMETHODCALLTYPE SetMute(WINBOOL muted, LPCGUID context) override {
        called(fmt::format("IAudioEndpointVolume::SetMute({})", muted));
        return hr(world().mixer.setMuted(device, muted != 0, world().note(context)));
    }
    HRESULT STDMETHODCALLTYPE GetMute(WINBOOL* out) override {
        return with([&](const AudioDevice& d) { *out = d.muted; });
    }
    HRESULT STDMETHODCALLTYPE GetVolumeStepInfo(UINT*, UINT*) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE VolumeStepUp(LPCGUID) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE VolumeStepDown(LPCGUID) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE QueryHardwareSupport(DWORD* mask) override {
        *mask = 0;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetVolumeRange(FLOAT* least, FLOAT* most, FLOAT* step) override {
        *least = -96, *most = 0, *step = 1;
        return S_OK;
    }

private:
    ~EndpointVolume() override {
        const std::lock_guard lock(world().mutex);
        world().volumes.erase(this);
    }
    HRESULT with(auto read) {
        const auto now = world().mixer.device(device);
        if (!now || now->state != ::deskline::DeviceState::active) return hr(0x88890004);
        read(*now);
        return S_OK;
    }
};

class Properties final : public AudioObject<IPropertyStore> {
public:
    explicit Properties(std::string device) : device_(std::move(device)) {}
    HRESULT STDMETHODCALLTYPE GetCount(DWORD* out) override {
        *out = 1;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetAt(DWORD, PROPERTYKEY* out) override {
        *out = audio::friendlyName;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetValue(REFPROPERTYKEY, PROPVARIANT* out) override {
        PropVariantInit(out);
        const auto device = world().mixer.device(device_);
        if (!device) return hr(0x88890004);
        out->vt = VT_LPWSTR;
        return give(device->name, &out->pwszVal);
    }
    HRESULT STDMETHODCALLTYPE SetValue(REFPROPERTYKEY, REFPROPVARIANT) override { return E_ACCESSDENIED; }
    HRESULT STDMETHODCALLTYPE Commit() override { return S_OK; }

private:
    std::string device_;
};

class Device final : public AudioObject<IMMDevice, IMMEndpoint> {
public:
    explicit Device(std::string id) : id_(std::move(id)) {}
    HRESULT STDMETHODCALLTYPE Activate(REFIID id, DWORD, PROPVARIANT*, void** out) override {
        called("IMMDevice::Activate");
        *out = nullptr;
        if (id == __uuidof(IAudioEndpointVolume))
            *out = static_cast<IAudioEndpointVolume*>(new EndpointVolume(id_));
        else if (id == __uuidof(IAudioSessionManager2))
            *out = static_cast<IAudioSessionManager2*>(new SessionManager(id_));
        return *out ? S_OK : E_NOINTERFACE;
    }
    HRESULT STDMETHODCALLTYPE OpenPropertyStore(DWORD, IPropertyStore** out) override {
        *out = new Properties(id_);
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetId(LPWSTR* out) override { return give(id_, out); }
    HRESULT STDMETHODCALLTYPE GetState(DWORD* out) override {
        const auto device = world().mixer.device(id_);
        *out = device ? 1U << static_cast<int>(device->state) : DEVICE_STATE_NOTPRESENT;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetDataFlow(EDataFlow* out) override {
        const auto device = world().mixer.device(id_);
        *out = device && device->flow == DeviceFlow::capture ? eCapture : eRender;
        return S_OK;
    }

private:
    std::string id_;
};

class Collection final : public AudioObject<IMMDeviceCollection> {
public:
    explicit Collection(std::vector<std::string> ids) : ids_(std::move(ids)) {}
    HRESULT STDMETHODCALLTYPE GetCount(UINT* out) override {
        *out = static_cast<UINT>(ids_.size());
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE Item(UINT index, IMMDevice** out) override {
        if (index >= ids_.size()) return E_INVALIDARG;
        *out = new Device(ids_[index]);
        return S_OK;
    }

private:
    std::vector<std::string> ids_;
};

class Enumerator final : public AudioObject<IMMDeviceEnumerator> {
public:
    Enumerator() { called("CoCreateInstance(MMDeviceEnumerator)"); }
    HRESULT STDMETHODCALLTYPE EnumAudioEndpoints(EDataFlow flow, DWORD, IMMDeviceCollection** out) override {
        if (const Code code = world().mixer.faults().pass("EnumAudioEndpoints", "")) return hr(code);
        std::vector<std::string> ids;
        for (const auto& device : world().mixer.devices())
            if (flow == eAll || (flow == eCapture) == (device.flow == DeviceFlow::capture)) ids.push_back(device.id);
        *out = new Collection(std::move(ids));
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetDefaultAudioEndpoint(EDataFlow flow, ERole role, IMMDevice** out) override {
        for (const auto& device : world().mixer.devices())
            if ((flow == eCapture) == (device.flow == DeviceFlow::capture))
                for (const auto has : device.defaultFor)
                    if (static_cast<int>(has) == role) {
                        *out = new Device(device.id);
                        return S_OK;
                    }
        return hr(0x80070490);
    }
    HRESULT STDMETHODCALLTYPE GetDevice(LPCWSTR id, IMMDevice** out) override {
        *out = new Device(com::toUtf8(id));
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE RegisterEndpointNotificationCallback(IMMNotificationClient* client) override {
        called("IMMDeviceEnumerator::RegisterEndpointNotificationCallback");
        const std::lock_guard lock(world().mutex);
        world().clients.insert(client);  // not AddRef'ed, as Windows does not
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE UnregisterEndpointNotificationCallback(IMMNotificationClient* client) override {
        if (insideCallback()) ruleBroken("UnregisterEndpointNotificationCallback inside a callback");
        const std::lock_guard lock(world().mutex);
        world().clients.erase(client);
        return S_OK;
    }
};

void World::run() {
    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    std::unique_lock lock(mutex);
    for (;;) {
        wake.wait(lock, [this] { return !events.empty(); });
        const auto next = std::move(events.front());
        events.pop_front();
        lock.unlock();
        std::visit([this](const auto& e) { deliver(e); }, next);
        lock.lock();
    }
}

void World::deliver(const simulation::MixerSessionHappened& e) {
    const auto context = contextOf(e.context);
    const GUID* who = context ? &*context : nullptr;
    if (e.change == AudioSessionChange::created) {
        std::vector<ComPtr<IAudioSessionNotification>> sinks;
        {
            const std::lock_guard lock(mutex);
            for (auto* manager : managers)
                if (manager->device == e.session.device && manager->created && manager->counted)
                    sinks.push_back(manager->created);
        }
        for (auto& sink : sinks) {
            ComPtr<IAudioSessionControl> control;
            control.Attach(new SessionControl(e.session.id));
            const Callback callback("OnSessionCreated");
            sink->OnSessionCreated(control.Get());
        }
        return;
    }
    std::vector<ComPtr<IAudioSessionEvents>> sinks;
    {
        const std::lock_guard lock(mutex);
        for (auto* control : controls)
            if (control->id == e.session.id && control->sink) sinks.push_back(control->sink);
    }
    for (auto& sink : sinks) {
        const Callback callback("IAudioSessionEvents");
        switch (e.change) {
            case AudioSessionChange::volume:
                sink->OnSimpleVolumeChanged(static_cast<float>(e.session.volume), e.session.muted, who);
                break;
            case AudioSessionChange::channels: {
                std::vector<float> volumes(e.session.channelVolumes.begin(), e.session.channelVolumes.end());
                sink->OnChannelVolumeChanged(static_cast<DWORD>(volumes.size()), volumes.data(),
                                             static_cast<DWORD>(e.changedChannel), who);
                break;
            }
            case AudioSessionChange::state:
                sink->OnStateChanged(static_cast<::AudioSessionState>(e.session.state));
                break;
            case AudioSessionChange::name:
                sink->OnDisplayNameChanged(com::toUtf16(e.session.displayName).c_str(), who);
                break;
            case AudioSessionChange::icon: sink->OnIconPathChanged(com::toUtf16(e.session.icon).c_str(), who); break;
            case AudioSessionChange::grouping: {
                GUID grouping{};
                CLSIDFromString(com::toUtf16("{" + e.session.groupingId + "}").c_str(), &grouping);
                sink->OnGroupingParamChanged(&grouping, who);
                break;
            }
            default:
                sink->OnSessionDisconnected(static_cast<AudioSessionDisconnectReason>(
                    e.reason.value_or(DisconnectReason::session_disconnected)));
        }
    }
}

void World::deliver(const simulation::MixerDeviceHappened& e) {
    const auto id = com::toUtf16(e.device.id);
    if (e.change == AudioDeviceChange::volume) {
        std::vector<ComPtr<IAudioEndpointVolumeCallback>> sinks;
        {
            const std::lock_guard lock(mutex);
            for (auto* volume : volumes)
                if (volume->device == e.device.id && volume->sink) sinks.push_back(volume->sink);
        }
        const auto channels = e.device.channelVolumes.size();
        std::vector<char> raw(sizeof(AUDIO_VOLUME_NOTIFICATION_DATA) + channels * sizeof(float));
        auto* data = reinterpret_cast<AUDIO_VOLUME_NOTIFICATION_DATA*>(raw.data());
        data->guidEventContext = contextOf(e.context).value_or(GUID{});
        data->bMuted = e.device.muted;
        data->fMasterVolume = static_cast<float>(e.device.volume);
        data->nChannels = static_cast<UINT>(channels);
        for (std::size_t i = 0; i < channels; ++i)
            data->afChannelVolumes[i] = static_cast<float>(e.device.channelVolumes[i]);
        for (auto& sink : sinks) {
            const Callback callback("IAudioEndpointVolumeCallback::OnNotify");
            sink->OnNotify(data);
        }
        return;
    }
    std::set<IMMNotificationClient*> told;
    {
        const std::lock_guard lock(mutex);
        told = clients;
    }
    for (auto* client : told) {
        const Callback callback("IMMNotificationClient");
        switch (e.change) {
            case AudioDeviceChange::added: client->OnDeviceAdded(id.c_str()); break;
            case AudioDeviceChange::removed: client->OnDeviceRemoved(id.c_str()); break;
            case AudioDeviceChange::state:
                client->OnDeviceStateChanged(id.c_str(), 1U << static_cast<int>(e.device.state));
                break;
            case AudioDeviceChange::name: client->OnPropertyValueChanged(id.c_str(), audio::friendlyName); break;
            default:
                for (const auto role : e.device.defaultFor)
                    client->OnDefaultDeviceChanged(e.device.flow == DeviceFlow::capture ? eCapture : eRender,
                                                   static_cast<ERole>(role), id.c_str());
        }
    }
}

void World::deliver(const Ducking& e) {
    std::vector<ComPtr<IAudioVolumeDuckNotification>> sinks;
    {
        const std::lock_guard lock(mutex);
        for (auto* manager : managers)
            if (manager->ducking) {
                sinks.push_back(manager->ducking);
                break;  // one host, one word
            }
    }
    const auto id = com::toUtf16("{simulated}|" + e.session);
    for (auto& sink : sinks) {
        const Callback callback("IAudioVolumeDuckNotification");
        e.ducked ? sink->OnVolumeDuckNotification(id.c_str(), e.communicationSessions)
                 : sink->OnVolumeUnduckNotification(id.c_str());
    }
}

}  // namespace

HRESULT makeEnumerator(REFIID id, void** out) {
    if (const Code code = world().mixer.faults().pass("CoCreateInstance", "")) return hr(code);
    auto* enumerator = new Enumerator;
    const HRESULT code = enumerator->QueryInterface(id, out);
    enumerator->Release();
    return code;
}

}  // namespace deskline::doubles
