// What Core Audio offers on this host, for `deskline doctor`. Thread: the caller's; it enters an apartment of its own.
// No COM header here.
#pragma once
#include <vector>

#include "model/finding.hpp"

namespace deskline::audio {

std::vector<Finding> diagnoseCoreAudio();

}  // namespace deskline::audio
