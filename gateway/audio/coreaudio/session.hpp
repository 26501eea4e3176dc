// An audio session as the audio thread holds it: the COM objects, the callback that is registered, and the values last
// reported. Thread: the audio thread's for everything, also the destructor, which unregisters and releases. Source:
// audiopolicy.h (IAudioSessionControl2), audioclient.h (ISimpleAudioVolume, IChannelAudioVolume).
#pragma once
#include "audio/coreaudio/device.hpp"

namespace deskline::audio {

// Tells a session from the others: by its instance identifier, or, where Windows gives none, by its device, its session
// identifier and its process.
struct SessionIds {
    AudioSessionId instance;  // "": Windows gives none
    AudioSessionId likeness;
    std::optional<std::uint32_t> process = {};

    static SessionIds of(IAudioSessionControl2* control, const DeviceId& device);
    const AudioSessionId& id() const { return instance.empty() ? likeness : instance; }
    bool same(const SessionIds& other) const {
        const bool both = !instance.empty() && !other.instance.empty();
        return both ? instance == other.instance : likeness == other.likeness;
    }
};

class AudioSessionHandle {
public:
    AudioSessionHandle(ComPtr<IAudioSessionControl2> control, std::uint64_t key, SessionIds ids, const DeviceId& device,
                       const std::shared_ptr<CallbackQueue>& callbacks);
    ~AudioSessionHandle();
    AudioSessionHandle(const AudioSessionHandle&) = delete;
    AudioSessionHandle& operator=(const AudioSessionHandle&) = delete;

    AudioSession current() const;  // `value` with all that can change read again
    // Sets the members one after the other, each with the event context; stops at the first failure. `name`: the new
    // display name.
    Result<void> set(const VolumeChange& change, const std::optional<std::string>& name, const GUID& context);
    std::optional<Meter> meter();  // absent: this session has no meter
    bool over() const;             // it has expired, or its object answers no more
    ComPtr<IUnknown> identity() const { return com::identityOf(control_.Get()); }

    const std::uint64_t key;
    const SessionIds ids;
    const std::shared_ptr<CallbackFlags> flags = std::make_shared<CallbackFlags>();
    AudioSession value;

private:
    ComPtr<IAudioSessionControl2> control_;
    ComPtr<ISimpleAudioVolume> volume_;
    ComPtr<IChannelAudioVolume> channels_;
    ComPtr<IAudioMeterInformation> meter_;
    ComPtr<IAudioSessionEvents> sink_;
    bool registered_ = false;
};

::deskline::AudioSessionState sessionStateFrom(int state);  // AudioSessionState's number

}  // namespace deskline::audio
