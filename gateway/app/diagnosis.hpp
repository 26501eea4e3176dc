// What this host offers, what each finding means and what to do, for `deskline doctor`. What keeps `serve` from
// starting is found by the readers that `serve` has. Makes nothing and changes nothing that stays, also beside a
// gateway that runs. Thread: main's.
#pragma once
#include <vector>

#include "host/configuration.hpp"
#include "model/finding.hpp"

namespace deskline {

std::vector<Finding> diagnose(const host::Configuration& configuration);

}  // namespace deskline
