// Devices and sessions as the audio thread holds them: the COM objects, the sinks that are registered on them, and the
// last values told. Thread: the audio thread's, everything; the destructors unregister and release there.
#pragma once
#include "audio/coreaudio/sinks.hpp"
#include "com/com.hpp"
#include "model/fact.hpp"

namespace deskline::audio {

using com::ComPtr;

struct Capabilities {  // what this system's Core Audio can do; false after E_NOTIMPL, said once
    bool devices = true, sessions = true, sessionEvents = true, deviceVolume = true, displayName = true, meters = true,
         ducking = true;
    std::map<std::string, bool> all() const;
};

class DeviceEntry {
public:
    DeviceEntry(ComPtr<IMMDevice> device, std::uint64_t key, const std::shared_ptr<Notices>& notices,
                Capabilities& capabilities);
    ~DeviceEntry();
    DeviceEntry(const DeviceEntry&) = delete;
    DeviceEntry& operator=(const DeviceEntry&) = delete;

    void read();        // everything again: for a rescan, which tells what differs
    void readVolume();  // volume, decibels, mute and channels only
    HRESULT set(const std::optional<double>& volume, const std::optional<bool>& muted,
                const std::optional<std::vector<double>>& channels, const GUID& context, std::string_view& what);
    std::vector<ComPtr<IAudioSessionControl>>
    sessions();  // in the order that Windows asks for: register, enumerate, count, get
    void forgetVolume();

    ComPtr<IMMDevice> object;
    std::uint64_t key;
    std::shared_ptr<Marks> marks = std::make_shared<Marks>();
    AudioDevice value;

private:
    void activate();
    Capabilities& capabilities_;
    std::shared_ptr<Notices> notices_;
    ComPtr<IAudioEndpointVolume> volume_;
    ComPtr<IAudioSessionManager2> manager_;
    ComPtr<IAudioEndpointVolumeCallback> volumeSink_;
    ComPtr<IAudioSessionNotification> createdSink_;
    ComPtr<IAudioVolumeDuckNotification> duckSink_;
    bool volumeRegistered_ = false, createdRegistered_ = false, duckRegistered_ = false;
};

// What tells a session from the others: its instance identifier; where that is not to be had, its device, its session
// identifier and its process.
struct SessionIds {
    std::string instance;  // "": not to be had
    std::string likeness;
    std::optional<std::uint32_t> process = {};

    static SessionIds of(IAudioSessionControl2* control, const std::string& device);
    const std::string& id() const { return instance.empty() ? likeness : instance; }
    bool same(const SessionIds& other) const {
        const bool both = !instance.empty() && !other.instance.empty();
        return both ? instance == other.instance : likeness == other.likeness;
    }
};

class SessionEntry {
public:
    SessionEntry(ComPtr<IAudioSessionControl2> control, std::uint64_t key, SessionIds ids, const std::string& device,
                 const std::shared_ptr<Notices>& notices);
    ~SessionEntry();
    SessionEntry(const SessionEntry&) = delete;
    SessionEntry& operator=(const SessionEntry&) = delete;

    void read();
    HRESULT set(const std::optional<double>& volume, const std::optional<bool>& muted,
                const std::optional<std::vector<double>>& channels, const std::optional<std::string>& name,
                const GUID& context, std::string_view& what);
    bool peaks(double& peak, std::vector<double>& channels);  // false: this session has no meter

    ComPtr<IAudioSessionControl2> control;
    std::uint64_t key;
    SessionIds ids;
    std::shared_ptr<Marks> marks = std::make_shared<Marks>();
    AudioSession value;

private:
    ComPtr<ISimpleAudioVolume> volume_;
    ComPtr<IChannelAudioVolume> channels_;
    ComPtr<IAudioMeterInformation> meter_;
    ComPtr<IAudioSessionEvents> sink_;
    bool registered_ = false;
};

::deskline::AudioSessionState sessionStateFrom(int state);
::deskline::DeviceState deviceStateFrom(DWORD state);

}  // namespace deskline::audio
