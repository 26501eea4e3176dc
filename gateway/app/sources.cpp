#include "app/sources.hpp"

#include "app/host_sources.hpp"
#include "audio/simulated/simulated_audio.hpp"
#include "telephony/simulated/simulated_telephony.hpp"

namespace deskline {
namespace {

constexpr const char* ofTelephony = "tapi3";
constexpr const char* ofAudio = "coreaudio";

// The finding that needs no look at the host: the source is one that every host has, or one of Windows on another host.
std::vector<Finding> diagnoseSource(const std::string& area, const std::string& source, bool ofWindows) {
    if (!ofWindows) return {{area, Severity::ok, "The " + area + " source is \"" + source + "\".", "", ""}};
    return {{area, Severity::failed, "[" + area + "] source = \"" + source + "\" is only to be had on Windows.",
             "The gateway does not start.", "Set it to \"simulated\" or \"none\" here."}};
}

}  // namespace

Result<void> sourcesThere(const host::Configuration& c) {
    if (hostHasSources || (c.telephony.source != ofTelephony && c.audio.source != ofAudio)) return {};
    return Fault{"configuration",
                 "[telephony] source = \"tapi3\" and [audio] source = \"coreaudio\" are only to be had on Windows."};
}

std::unique_ptr<telephony::Telephony> makeTelephony(const host::Configuration& c) {
    if (c.telephony.source == ofTelephony) return makeTapi3(c);
    if (c.telephony.source != "simulated") return nullptr;
    return std::make_unique<telephony::SimulatedTelephony>(telephony::SimulatedOptions{
        {c.telephony.traffic, static_cast<std::uint64_t>(c.telephony.seed), static_cast<int>(c.telephony.agents)},
        static_cast<std::size_t>(c.telephony.maxCallsInFlight),
        static_cast<unsigned short>(c.telephony.console)});
}

std::unique_ptr<audio::Audio> makeAudio(const host::Configuration& c) {
    if (c.audio.source == ofAudio) return makeCoreAudio();
    if (c.audio.source != "simulated") return nullptr;
    return std::make_unique<audio::SimulatedAudio>(static_cast<unsigned short>(c.audio.console));
}

std::vector<Finding> diagnoseSources(const host::Configuration& c, bool probe) {
    const bool isTapi = c.telephony.source == ofTelephony, isCoreAudio = c.audio.source == ofAudio;
    auto findings =
        isTapi && hostHasSources ? diagnoseTapi3() : diagnoseSource("telephony", c.telephony.source, isTapi);
    const auto more =
        isCoreAudio && hostHasSources ? diagnoseCoreAudio(probe) : diagnoseSource("audio", c.audio.source, isCoreAudio);
    findings.insert(findings.end(), more.begin(), more.end());
    return findings;
}

}  // namespace deskline
