// The thread that owns the Core Audio objects: no other registers, unregisters, sets or releases, and it builds them
// again after a loss. Thread: `perform` and `meter` any, without waiting; `start` and `stop` the owner's; the rest the
// audio thread.
#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>

#include "audio/coreaudio/callback_reader.hpp"
#include "audio/coreaudio/commands.hpp"

namespace deskline::audio {

class AudioThread {
public:
    void start(source::Report report);
    void perform(Command command);
    void meter(double framesPerSecond);  // how often to report Meter facts, at most 60; 0: never
    void stop();                         // waits for the thread's end; commands that still wait are dropped

private:
    using Clock = std::chrono::steady_clock;

    void run();
    DWORD timeout() const;  // milliseconds until the next thing that is due
    void connect();
    void letGo();  // of the enumerator and all that came from it
    void lose(const Fault& fault);
    bool serviceAnswers();  // false: it does not, and the source is lost now
    void rescanIfDue(Clock::time_point time);
    void rescan();
    void scheduleRescan();
    bool blind() const;                    // Windows does not tell of everything that comes
    void reportCapabilities(bool always);  // false: only where they have changed
    void carryOutCommands();
    void readMeters(Clock::time_point time);

    source::Report report_;
    std::shared_ptr<CallbackQueue> callbacks_ = std::make_shared<CallbackQueue>();
    EventContexts contexts_;
    Capabilities capabilities_;
    ComPtr<IMMDeviceEnumerator> enumerator_;
    ComPtr<IMMNotificationClient> deviceSink_;
    DeviceInventory inventory_{report_, callbacks_, capabilities_};
    CallbackReader reader_{report_, *callbacks_, contexts_, inventory_};
    Commands commands_{report_, *callbacks_, contexts_, inventory_};
    std::optional<Clock::time_point> rescanAt_;  // asked for by a callback
    Clock::time_point rescanBy_{};               // however many callbacks ask, not later
    Clock::time_point nextRescan_{}, nextLook_{}, nextMeter_{};
    bool deviceEvents_ = false;  // Windows tells of devices that come and go
    std::map<std::string, bool> reportedCapabilities_;
    std::optional<Fault> lost_;  // why: also the answer to commands meanwhile

    std::mutex mutex_;
    std::deque<Command> waiting_;  // under the mutex
    std::atomic<double> meterRate_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace deskline::audio
