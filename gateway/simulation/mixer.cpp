#include "simulation/mixer.hpp"

#include <algorithm>
#include <cmath>

#include "model/id.hpp"
#include "simulation/codes.hpp"

namespace deskline::simulation {
namespace {

constexpr double minimumDecibels = -96.0;

bool inRange(double volume) { return volume >= 0.0 && volume <= 1.0; }  // false for NaN

}  // namespace

DeviceId Mixer::deviceId(const std::string& name) { return DeviceId(stableId({"device", "{simulated}", name})); }
AudioSessionId Mixer::sessionIdOf(const DeviceId& device, const std::string& name, std::uint32_t process) {
    return AudioSessionId(stableId({"audio-session", device, name, std::to_string(process)}));
}

Mixer::Mixer(std::uint64_t seed) : random_(seed) {
    const auto device = [&](const char* name, DeviceFlow flow, std::vector<DeviceRole> roles, double volume,
                            std::size_t channels) {
        devices_.push_back({.id = deviceId(name),
                            .name = name,
                            .flow = flow,
                            .state = DeviceState::active,
                            .defaultFor = std::move(roles),
                            .volume = volume,
                            .volumeDb = decibels(volume),
                            .channelVolumes = std::vector<double>(channels, volume)});
    };
    device("Headset", DeviceFlow::render, {DeviceRole::communications}, 0.8, 2);
    device("Speakers", DeviceFlow::render, {DeviceRole::console, DeviceRole::multimedia}, 0.6, 2);
    device("Microphone", DeviceFlow::capture, {DeviceRole::console, DeviceRole::multimedia, DeviceRole::communications},
           0.9, 1);
    const auto session = [&](const char* on, const char* name, std::uint32_t process, const char* program,
                             AudioSessionState state, bool system = false) {
        sessions_.push_back({.id = sessionIdOf(deviceId(on), name, process),
                             .device = deviceId(on),
                             .displayName = name,
                             .process = {process, program},
                             .systemSounds = system,
                             .groupingId = "00000000-0000-0000-0000-000000000000",
                             .state = state,
                             .volume = 1.0,
                             .channelVolumes = {1.0, 1.0}});
    };
    session("Headset", "Softphone", 4711, "softphone.exe", AudioSessionState::active);
    session("Speakers", "Browser", 4712, "chrome.exe", AudioSessionState::inactive);
    session("Speakers", "System sounds", 0, "", AudioSessionState::inactive, true);
}

void Mixer::listen(Listener listener) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
}

void Mixer::emit(const MixerEvent& event) {
    if (listener_) listener_(event);
}

double Mixer::decibels(double scalar) const {
    return scalar <= 0 ? minimumDecibels : std::max(minimumDecibels, 33.22 * std::log10(scalar));
}
double Mixer::scalar(double decibels) const {
    return decibels <= minimumDecibels ? 0.0 : std::min(1.0, std::pow(10.0, decibels / 33.22));
}

std::vector<AudioDevice> Mixer::devices() const {
    const std::lock_guard lock(mutex_);
    return devices_;
}

std::vector<AudioSession> Mixer::sessions() const {
    const std::lock_guard lock(mutex_);
    return sessions_;
}

std::optional<AudioDevice> Mixer::device(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto row = std::ranges::find(devices_, id, &AudioDevice::id);
    return row == devices_.end() ? std::nullopt : std::optional(*row);
}

std::optional<AudioSession> Mixer::session(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto row = std::ranges::find(sessions_, id, &AudioSession::id);
    return row == sessions_.end() ? std::nullopt : std::optional(*row);
}

std::vector<double> Mixer::peaks(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto heard = [&](const AudioSession& s) {
        return (s.id == id || s.device == id) && s.state == AudioSessionState::active && !s.muted;
    };
    const auto session = std::ranges::find_if(sessions_, heard);
    if (session == sessions_.end()) return {0.0, 0.0};
    std::uniform_real_distribution<double> level(0.1, 0.9);
    return {session->volume * level(random_), session->volume * level(random_)};
}

AudioDevice* Mixer::findDevice(const std::string& id) {
    const auto row = std::ranges::find(devices_, id, &AudioDevice::id);
    return row == devices_.end() ? nullptr : &*row;
}

AudioSession* Mixer::findSession(const std::string& id) {
    const auto row = std::ranges::find(sessions_, id, &AudioSession::id);
    return row == sessions_.end() ? nullptr : &*row;
}

Code Mixer::usable(const std::string& id) {
    if (auto* session = findSession(id)) {
        if (session->state == AudioSessionState::expired) return deviceInvalidated;
        return usable(session->device);
    }
    auto* device = findDevice(id);
    if (!device) return notFound;
    return device->state == DeviceState::active ? ok : deviceInvalidated;
}

Code Mixer::setVolume(const std::string& id, double volume, Context context) {
    if (const Code code = faults_.pass("SetMasterVolume", id)) return code;
    if (!inRange(volume)) return invalidArgument;
    const std::lock_guard lock(mutex_);
    if (const Code code = usable(id)) return code;
    if (auto* session = findSession(id)) {
        if (session->volume == volume) return ok;
        session->volume = volume;
        emit(MixerSessionHappened{*session, AudioSessionChange::volume, context});
    } else if (auto* device = findDevice(id); device->volume != volume) {
        device->volume = volume;
        device->volumeDb = decibels(volume);
        emit(MixerDeviceHappened{*device, AudioDeviceChange::volume, context});
    }
    return ok;
}

Code Mixer::setMuted(const std::string& id, bool muted, Context context) {
    if (const Code code = faults_.pass("SetMute", id)) return code;
    const std::lock_guard lock(mutex_);
    if (const Code code = usable(id)) return code;
    if (auto* session = findSession(id)) {
        if (session->muted == muted) return ok;
        session->muted = muted;
        emit(MixerSessionHappened{*session, AudioSessionChange::volume, context});
    } else if (auto* device = findDevice(id); device->muted != muted) {
        device->muted = muted;
        emit(MixerDeviceHappened{*device, AudioDeviceChange::volume, context});
    }
    return ok;
}

Code Mixer::setChannels(const std::string& id, const std::vector<double>& volumes, Context context,
                        int changedChannel) {
    if (const Code code = faults_.pass("SetAllVolumes", id)) return code;
    if (!std::ranges::all_of(volumes, inRange)) return invalidArgument;
    const std::lock_guard lock(mutex_);
    if (const Code code = usable(id)) return code;
    if (auto* session = findSession(id)) {
        if (volumes.size() != session->channelVolumes.size()) return invalidArgument;
        session->channelVolumes = volumes;
        emit(MixerSessionHappened{*session, AudioSessionChange::channels, context, {}, changedChannel});
    } else {
        auto* device = findDevice(id);
        if (volumes.size() != device->channelVolumes.size()) return invalidArgument;
        device->channelVolumes = volumes;
        emit(MixerDeviceHappened{*device, AudioDeviceChange::volume, context});
    }
    return ok;
}

Code Mixer::setDisplayName(const std::string& id, const std::string& name, Context context) {
    if (const Code code = faults_.pass("SetDisplayName", id)) return code;
    const std::lock_guard lock(mutex_);
    auto* session = findSession(id);
    if (!session) return notFound;
    if (const Code code = usable(id)) return code;
    session->displayName = name;
    emit(MixerSessionHappened{*session, AudioSessionChange::name, context});
    return ok;
}

Code Mixer::setIcon(const std::string& id, const std::string& icon, Context context) {
    const std::lock_guard lock(mutex_);
    auto* session = findSession(id);
    if (!session) return notFound;
    session->icon = icon;
    emit(MixerSessionHappened{*session, AudioSessionChange::icon, context});
    return ok;
}

Code Mixer::setGrouping(const std::string& id, const std::string& grouping, Context context) {
    const std::lock_guard lock(mutex_);
    auto* session = findSession(id);
    if (!session) return notFound;
    session->groupingId = grouping;
    emit(MixerSessionHappened{*session, AudioSessionChange::grouping, context});
    return ok;
}

void Mixer::setSessionState(const std::string& id, AudioSessionState state) {
    const std::lock_guard lock(mutex_);
    auto* session = findSession(id);
    if (!session || session->state == state) return;
    session->state = state;
    emit(MixerSessionHappened{*session, AudioSessionChange::state});
    if (state == AudioSessionState::expired) std::erase_if(sessions_, [&](auto& s) { return s.id == id; });
}

void Mixer::disconnect(const std::string& id, DisconnectReason reason) {
    const std::lock_guard lock(mutex_);
    auto* session = findSession(id);
    if (!session) return;
    session->state = AudioSessionState::expired;
    emit(MixerSessionHappened{*session, AudioSessionChange::disconnected, 0, reason});
    std::erase_if(sessions_, [&](auto& s) { return s.id == id; });
}

void Mixer::add(AudioSession session) {
    sessions_.push_back(std::move(session));
    emit(MixerSessionHappened{sessions_.back(), AudioSessionChange::created});
}

std::string Mixer::create(const std::string& device, const std::string& name, std::uint32_t of) {
    const std::lock_guard lock(mutex_);
    const auto process = of ? of : nextProcess_++;
    AudioSession session{.id = sessionIdOf(DeviceId(device), name, process),
                         .device = DeviceId(device),
                         .displayName = name,
                         .process = {process, name + ".exe"},
                         .groupingId = "00000000-0000-0000-0000-000000000000",
                         .state = AudioSessionState::inactive,
                         .volume = 1.0,
                         .channelVolumes = {1.0, 1.0}};
    add(session);
    return session.id;
}

void Mixer::setDeviceState(const std::string& id, DeviceState state) {
    const std::lock_guard lock(mutex_);
    auto* device = findDevice(id);
    if (!device || device->state == state) return;
    device->state = state;
    emit(MixerDeviceHappened{*device, AudioDeviceChange::state});
    if (state == DeviceState::active) return;
    for (auto& session : sessions_)
        if (session.device == id) {
            session.state = AudioSessionState::expired;
            emit(MixerSessionHappened{session, AudioSessionChange::disconnected, 0, DisconnectReason::device_removal});
        }
    std::erase_if(sessions_, [&](auto& session) { return session.device == id; });
}

void Mixer::addDevice(const std::string& name, DeviceFlow flow) {
    const std::lock_guard lock(mutex_);
    if (findDevice(deviceId(name))) return;
    devices_.push_back({.id = deviceId(name),
                        .name = name,
                        .flow = flow,
                        .state = DeviceState::active,
                        .volume = 0.5,
                        .volumeDb = decibels(0.5),
                        .channelVolumes = {0.5, 0.5}});
    emit(MixerDeviceHappened{devices_.back(), AudioDeviceChange::added});
}

void Mixer::removeDevice(const std::string& id) {
    setDeviceState(id, DeviceState::not_present);
    const std::lock_guard lock(mutex_);
    auto* device = findDevice(id);
    if (!device) return;
    emit(MixerDeviceHappened{*device, AudioDeviceChange::removed});
    std::erase_if(devices_, [&](auto& d) { return d.id == id; });
}

void Mixer::rename(const std::string& id, const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto* device = findDevice(id);
    if (!device) return;
    device->name = name;
    emit(MixerDeviceHappened{*device, AudioDeviceChange::name});
}

void Mixer::makeDefault(const std::string& id, DeviceRole role) {
    const std::lock_guard lock(mutex_);
    auto* device = findDevice(id);
    if (!device) return;
    for (auto& other : devices_)
        if (other.flow == device->flow && other.id != id) std::erase(other.defaultFor, role);
    if (std::ranges::find(device->defaultFor, role) == device->defaultFor.end()) device->defaultFor.push_back(role);
    std::ranges::sort(device->defaultFor);
    emit(MixerDeviceHappened{*device, AudioDeviceChange::default_});
}

void Mixer::duck(const std::string& session, bool ducked) {
    const std::lock_guard lock(mutex_);
    emit(Ducking{AudioSessionId(session), ducked, ducked ? 1U : 0U});
}

void Mixer::burst(std::size_t changes) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < changes && !sessions_.empty(); ++i) {
        auto& session = sessions_[i % sessions_.size()];
        session.volume = static_cast<double>(i % 100) / 100.0;
        emit(MixerSessionHappened{session, AudioSessionChange::volume});
    }
}

}  // namespace deskline::simulation
