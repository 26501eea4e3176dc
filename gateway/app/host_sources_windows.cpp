#include "app/host_sources.hpp"
#include "audio/coreaudio/core_audio.hpp"
#include "audio/coreaudio/diagnosis.hpp"
#include "telephony/tapi3/diagnosis.hpp"
#include "telephony/tapi3/tapi3_telephony.hpp"

namespace deskline {

const bool hostHasSources = true;

std::unique_ptr<telephony::Telephony> makeTapi3(const host::Configuration& c) {
    return std::make_unique<telephony::Tapi3Telephony>(
        telephony::Tapi3Options{c.telephony.handler, static_cast<std::size_t>(c.telephony.maxCallsInFlight)});
}

std::unique_ptr<audio::Audio> makeCoreAudio() { return std::make_unique<audio::CoreAudio>(); }

std::vector<Finding> diagnoseTapi3() { return telephony::diagnoseTapi(); }
std::vector<Finding> diagnoseCoreAudio(bool probe) { return audio::diagnoseCoreAudio(probe); }

}  // namespace deskline
