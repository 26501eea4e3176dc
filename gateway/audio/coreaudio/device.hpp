// An audio device as the audio thread holds it: the COM objects, the callbacks that are registered on them, and the
// values last reported. Thread: the audio thread's for everything, also the destructor, which unregisters and releases.
// Source:
// mmdeviceapi.h (IMMDevice), endpointvolume.h (IAudioEndpointVolume), audiopolicy.h (IAudioSessionManager2).
#pragma once
#include "audio/coreaudio/callbacks.hpp"
#include "audio/coreaudio/capabilities.hpp"
#include "com/com.hpp"
#include "model/fact.hpp"

namespace deskline::audio {

using com::ComPtr;

struct VolumeChange {              // absent members stay as they are
    std::optional<double> volume;  // 0..1
    std::optional<bool> muted;
    std::optional<std::vector<double>> channels;  // 0..1, one for each channel
};

DeviceId deviceIdOf(IMMDevice* device);  // "": GetId fails

class AudioDeviceHandle {
public:
    AudioDeviceHandle(ComPtr<IMMDevice> device, std::uint64_t key, const std::shared_ptr<CallbackQueue>& callbacks,
                      Capabilities& capabilities);
    ~AudioDeviceHandle();
    AudioDeviceHandle(const AudioDeviceHandle&) = delete;
    AudioDeviceHandle& operator=(const AudioDeviceHandle&) = delete;

    void read();        // reads everything again, for a rescan; activates what is not
    void readVolume();  // volume, decibels, mute and channels only
    // Sets the members one after the other, each with the event context; stops at the first failure.
    Result<void> set(const VolumeChange& change, const GUID& context);
    // The device's sessions. In the order that Windows needs: register, enumerate, count, get.
    std::vector<ComPtr<IAudioSessionControl>> sessions();
    // Whether its objects still answer: what they said. Those that were invalidated are let go of, and a rescan is
    // asked for, which makes new ones.
    HRESULT look();
    bool complete() const;  // it is not active, or all its objects are there and registered, as far as it has them

    const std::uint64_t key;
    const std::shared_ptr<CallbackFlags> flags = std::make_shared<CallbackFlags>();
    AudioDevice value;

private:
    void activate();
    void deactivate();

    ComPtr<IMMDevice> object_;
    Capabilities& capabilities_;
    std::shared_ptr<CallbackQueue> callbacks_;
    ComPtr<IAudioEndpointVolume> volume_;
    ComPtr<IAudioSessionManager2> manager_;
    ComPtr<IAudioEndpointVolumeCallback> volumeSink_;
    ComPtr<IAudioSessionNotification> createdSink_;
    ComPtr<IAudioVolumeDuckNotification> duckSink_;
    bool volumeRegistered_ = false, createdRegistered_ = false, duckRegistered_ = false;
    HRESULT activation_ = S_OK;                                   // of the last try: what failed
    bool withoutSessionEvents_ = false, withoutDucking_ = false;  // this device has none
};

::deskline::DeviceState deviceStateFrom(DWORD state);  // DEVICE_STATE_…

}  // namespace deskline::audio
