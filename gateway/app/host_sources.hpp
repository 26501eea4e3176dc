// The sources that one host alone has: "tapi3" and "coreaudio" of Windows. For sources.cpp alone, which asks for them
// where the configuration names them. Thread: main's.
#pragma once
#include <memory>
#include <vector>

#include "audio/audio.hpp"
#include "host/configuration.hpp"
#include "model/finding.hpp"
#include "telephony/telephony.hpp"

namespace deskline {

extern const bool hostHasSources;  // false: the functions below have nothing to give

std::unique_ptr<telephony::Telephony> makeTapi3(const host::Configuration& configuration);
std::unique_ptr<audio::Audio> makeCoreAudio();
std::vector<Finding> diagnoseTapi3();
std::vector<Finding> diagnoseCoreAudio(bool probe);

}  // namespace deskline
