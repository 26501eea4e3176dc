// `deskline doctor`: what this host offers, what each finding means and what to do. What keeps `serve` from starting is
// found by the readers that `serve` has. Makes nothing and changes nothing that stays, also beside a gateway that runs.
// Thread: main's.
#pragma once
#include <vector>

#include "host/configuration.hpp"

namespace deskline {

int doctor(const host::Configuration& configuration, bool json);    // exit code: 0 all well, 1 degraded, 2 cannot serve
int doctor(const std::vector<host::Mistake>& mistakes, bool json);  // of a configuration that cannot be used: 2

}  // namespace deskline
