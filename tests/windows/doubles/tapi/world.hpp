// The switch that all of TAPI's fakes show: one for the process, as there is one tapisrv, with its clock and, where
// DESKLINE_DOUBLE_TELEPHONY_CONSOLE names a port, its console. DESKLINE_DOUBLE_TRAFFIC: calls by themselves, 1 for nine
// a minute. Thread: any; the switch locks itself. Lifetime: from the first use to the end of the process.
#pragma once
#include <atomic>
#include <memory>

#include "simulation/control.hpp"
#include "simulation/driver.hpp"
#include "simulation/switch.hpp"

namespace deskline::doubles::tapi {

struct World {
    World();

    simulation::Switch acd;
    std::unique_ptr<simulation::Driver> driver;
    std::unique_ptr<simulation::Console> console;
    std::atomic<bool> secondObjects{false};  // each event of a session brings another object that stands for it
    std::atomic<long> registrations{0};      // for calls, of all clients
};
World& world();

}  // namespace deskline::doubles::tapi
