// What Core Audio offers on this host, for `deskline doctor`. Thread: the caller's; it enters an apartment of its own.
// No COM header here.
#pragma once
#include <vector>

#include "model/finding.hpp"

namespace deskline::audio {

// `probe`: also by moving the volume of the default output, for a moment.
std::vector<Finding> diagnoseCoreAudio(bool probe);

}  // namespace deskline::audio
