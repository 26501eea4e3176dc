#include "app/host_sources.hpp"

namespace deskline {

const bool hostHasSources = false;

std::unique_ptr<telephony::Telephony> makeTapi3(const host::Configuration&) { return nullptr; }
std::unique_ptr<audio::Audio> makeCoreAudio() { return nullptr; }
std::vector<Finding> diagnoseTapi3() { return {}; }
std::vector<Finding> diagnoseCoreAudio(bool) { return {}; }

}  // namespace deskline
