// Which telephony and audio the configuration asks for: the simulated ones on every host, TAPI 3 and Core Audio on
// Windows. Thread: main's.
#pragma once
#include <memory>
#include <vector>

#include "audio/audio.hpp"
#include "host/configuration.hpp"
#include "model/fault.hpp"
#include "model/finding.hpp"
#include "telephony/telephony.hpp"

namespace deskline {

// The fault (configuration): this host does not have what is asked for.
Result<void> sourcesThere(const host::Configuration& configuration);
// Not started yet; null: none is asked for.
std::unique_ptr<telephony::Telephony> makeTelephony(const host::Configuration& configuration);
std::unique_ptr<audio::Audio> makeAudio(const host::Configuration& configuration);
// For `deskline doctor`: whether the host offers what is asked for.
std::vector<Finding> diagnoseSources(const host::Configuration& configuration, bool probe);

}  // namespace deskline
