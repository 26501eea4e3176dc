// All audio devices and sessions that Windows lists. A rescan finds those that have come, gone or changed. Thread: the
// audio thread's for everything.
#pragma once
#include <map>

#include "audio/coreaudio/session.hpp"
#include "model/thread_checker.hpp"
#include "source/recovery.hpp"

namespace deskline::audio {

class DeviceInventory {
public:
    // The references outlive it.
    DeviceInventory(const source::Report& report, std::shared_ptr<CallbackQueue> callbacks, Capabilities& capabilities)
        : report_(report), callbacks_(std::move(callbacks)), capabilities_(capabilities) {}

    // Lists everything, for the first time or after `clear`. The error: the HRESULT of EnumAudioEndpoints.
    HRESULT build(IMMDeviceEnumerator* enumerator);
    AudioInventory inventory() const;
    // Lists everything again and reports the differences from what was reported before.
    HRESULT rescan(IMMDeviceEnumerator* enumerator);
    void addSession(IAudioSessionControl* control, std::uint64_t device);  // and reports the session, if it is new
    void clear();  // unregisters and releases: the sessions first
    // Whether the service answers: the first failure that says it does not, or S_OK.
    HRESULT look();
    bool complete() const;  // of every device
    bool empty() const { return devices_.empty(); }

    // By key, or by id; null: it is gone. The pointer is good until the next call that changes the inventory.
    AudioDeviceHandle* device(std::uint64_t key);
    AudioSessionHandle* session(std::uint64_t key);
    AudioDeviceHandle* device(const std::string& id);
    AudioSessionHandle* session(const std::string& id);

    std::map<std::uint64_t, std::unique_ptr<AudioDeviceHandle>>& devices() { return devices_; }
    std::map<std::uint64_t, std::unique_ptr<AudioSessionHandle>>& sessions() { return sessions_; }

private:
    HRESULT enumerate(IMMDeviceEnumerator* enumerator);
    void readDefaults(IMMDeviceEnumerator* enumerator);
    // Null where the session is known already, has expired or answers no call. A known one of these identifiers that
    // is over is reported so, and makes way: a softphone that opens its stream again gets the identifiers of before.
    AudioSessionHandle* add(IAudioSessionControl* control, const AudioDeviceHandle& device);
    void dropSessionsOf(const DeviceId& device, bool deadAlone);  // of an active device those that answer no more
    void reportDevices(std::map<DeviceId, AudioDevice> before);

    const source::Report& report_;
    std::shared_ptr<CallbackQueue> callbacks_;
    Capabilities& capabilities_;
    std::map<std::uint64_t, std::unique_ptr<AudioDeviceHandle>> devices_;
    std::map<std::uint64_t, std::unique_ptr<AudioSessionHandle>> sessions_;
    std::uint64_t nextKey_ = 1;  // a key is never used again, so a late callback finds nothing
    ThreadChecker audioThread_;
};

}  // namespace deskline::audio
