// The switch that all of TAPI's fakes show: one for the process, as there is one tapisrv, with its clock and, where
// DESKLINE_DOUBLE_TELEPHONY_CONSOLE names a port, its console. DESKLINE_DOUBLE_TRAFFIC: calls by themselves, 1 for nine
// a minute. Thread: any; the switch locks itself. Lifetime: from the first use to the end of the process.
#pragma once
#include <atomic>
#include <boost/json.hpp>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "simulation/control.hpp"
#include "simulation/driver.hpp"
#include "simulation/switch.hpp"

namespace deskline::doubles::tapi {

class Tapi;

struct World {
    World();
    // The clients' TAPI objects, which hear what happens at the switch. `detach`: true for the last one.
    void attach(Tapi* tapi);
    bool detach(Tapi* tapi);
    long nextOrigin();  // LINECALLORIGIN_…, of the call that is asked

    simulation::Switch acd;
    std::unique_ptr<simulation::Driver> driver;
    std::unique_ptr<simulation::Console> console;
    std::atomic<bool> secondObjects{false};  // each event of a session brings another object that stands for it
    std::atomic<long> inside{0};             // calls that a client has under way in objects of TAPI
    std::atomic<long> registrations{0};      // for calls, of all clients

private:
    boost::json::object control(const boost::json::object& request);
    std::mutex mutex_;
    std::vector<Tapi*> clients_;
    std::deque<long> origins_;  // what the next calls of nextOrigin answer; then LINECALLORIGIN_EXTERNAL
};
World& world();

struct Inside {  // a client's call, for as long as it lives
    Inside() { ++world().inside; }
    ~Inside() { --world().inside; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
};

}  // namespace deskline::doubles::tapi
