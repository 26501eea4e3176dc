// The mixer that all of Core Audio's fakes show: one for the process, with its console where
// DESKLINE_DOUBLE_AUDIO_CONSOLE names a port, and who is to be told of a change. Changes are told on a callback thread
// of its own, in the multithreaded apartment, in order (callbacks.cpp). Thread: any, under `mutex`; the mixer locks
// itself. Lifetime: from the first use to the end of the process.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "doubles/audio/numbers.hpp"
#include "simulation/mixer.hpp"

namespace deskline::simulation {
class Console;
}

namespace deskline::doubles::audio {

class SessionControl;
class SessionManager;
class EndpointVolume;

struct World {
    simulation::Mixer mixer;
    std::unique_ptr<simulation::Console> console;
    std::mutex mutex;  // over all below
    std::condition_variable wake;
    std::deque<simulation::MixerEvent> events;
    std::map<simulation::Context, GUID> contexts;
    simulation::Context nextContext = 1;
    std::set<SessionControl*> controls;        // those that live
    std::set<EndpointVolume*> volumes;         // those that live
    std::set<SessionManager*> managers;        // those that live
    std::set<IMMNotificationClient*> clients;  // not AddRef'ed, as Windows does not

    // The Windows Audio service. While it is stopped, what it serves answers AUDCLNT_E_SERVICE_NOT_RUNNING, and what
    // was made before a stop does for good. Devices are another service's, and go on.
    std::atomic<bool> serviceRuns{true};
    std::atomic<std::uint64_t> serviceStarts{1};
    void stopService(bool silently);  // otherwise each session's sink is told ServerShutdown

    World();
    simulation::Context note(const GUID* context);          // of a setter, for the callback; 0: none was given
    std::optional<GUID> contextOf(simulation::Context id);  // the last 4,096 are kept

private:
    void run();  // the callback thread
};
World& world();

// A part of each object that the Windows Audio service serves.
class OfService {
public:
    HRESULT gone() const {  // S_OK: it is not
        return world().serviceRuns && start_ == world().serviceStarts ? S_OK : static_cast<HRESULT>(serviceNotRunning);
    }

private:
    std::uint64_t start_ = world().serviceStarts;
};

}  // namespace deskline::doubles::audio
