// What this host offers, what each finding means and what to do, for `deskline doctor`. It finds what would keep
// `serve` from starting with the same readers as `serve`. It leaves nothing made or changed, also beside a gateway that
// runs; with `probe` it moves the volume of the default output for a moment. Thread: main's.
#pragma once
#include <vector>

#include "host/configuration.hpp"
#include "model/finding.hpp"

namespace deskline {

std::vector<Finding> diagnose(const host::Configuration& configuration, bool probe);

}  // namespace deskline
