// A simulated mixer: devices Headset, Speakers and Microphone, sessions Softphone, Browser and System sounds. Setters
// answer HRESULTs and notify with the event context they were given, as Core Audio does: volume and mute only on a real
// change, channels always. Thread: any; one lock inside. The listener is called under that lock, in order: it only
// copies and queues.
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <variant>

#include "model/fact.hpp"
#include "simulation/faults.hpp"

namespace deskline::simulation {

// Names who made a change: the context that the setter was given; 0: none was given.
using Context = CommandId;

struct MixerSessionHappened {
    AudioSession session;
    AudioSessionChange change;
    Context context = 0;
    std::optional<DisconnectReason> reason = {};
    int changedChannel = -1;
};
struct MixerDeviceHappened {
    AudioDevice device;
    AudioDeviceChange change;
    Context context = 0;
};
using MixerEvent = std::variant<MixerSessionHappened, MixerDeviceHappened, Ducking>;

class Mixer {
public:
    using Listener = std::function<void(const MixerEvent&)>;

    explicit Mixer(std::uint64_t seed = 1);

    void listen(Listener listener);

    std::vector<AudioDevice> devices() const;
    std::vector<AudioSession> sessions() const;
    std::optional<AudioDevice> device(const std::string& id) const;
    std::optional<AudioSession> session(const std::string& id) const;
    double decibels(double scalar) const;  // of the tapered device scale, −96..0
    double scalar(double decibels) const;
    std::vector<double> peaks(const std::string& id) const;  // one for each channel; of an active session or its device

    // `id`: of a device or of a session, for the three setters of volumes.
    Code setVolume(const std::string& id, double volume, Context context);
    Code setMuted(const std::string& id, bool muted, Context context);
    Code setChannels(const std::string& id, const std::vector<double>& volumes, Context context,
                     int changedChannel = -1);
    Code setDisplayName(const std::string& session, const std::string& name, Context context);
    Code setIcon(const std::string& session, const std::string& icon, Context context);
    Code setGrouping(const std::string& session, const std::string& grouping, Context context);

    FaultGate& faults() { return faults_; }
    void setSessionState(const std::string& session, AudioSessionState state);
    void disconnect(const std::string& session, DisconnectReason reason);
    // `of`: the process, whose sessions of this name have this id one after the other; 0: a new one.
    std::string create(const std::string& device, const std::string& name, std::uint32_t of = 0);
    void setDeviceState(const std::string& device, DeviceState state);  // unplugged: its sessions are disconnected
    void addDevice(const std::string& name, DeviceFlow flow);
    void removeDevice(const std::string& device);
    void rename(const std::string& device, const std::string& name);
    void makeDefault(const std::string& device, DeviceRole role);
    void duck(const std::string& session, bool ducked);
    void burst(std::size_t changes);  // volume changes from elsewhere, over all sessions in turn

    static DeviceId deviceId(const std::string& name);
    static AudioSessionId sessionIdOf(const DeviceId& device, const std::string& name, std::uint32_t process);

private:
    AudioDevice* findDevice(const std::string& id);
    AudioSession* findSession(const std::string& id);
    Code usable(const std::string& id);  // the device of `id` is there and active
    void emit(const MixerEvent& event);
    void add(AudioSession session);

    mutable std::mutex mutex_;
    Listener listener_;
    FaultGate faults_;
    mutable std::mt19937_64 random_;
    std::vector<AudioDevice> devices_;
    std::vector<AudioSession> sessions_;
    std::uint32_t nextProcess_ = 5000;
};

}  // namespace deskline::simulation
