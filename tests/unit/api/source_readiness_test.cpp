#include <catch2/catch.hpp>

#include "api/source_readiness.hpp"

using namespace deskline;

TEST_CASE("a source is ready while it is connected; else the check says since when it is not, and why") {
    api::Readiness readiness;
    using Checks = std::map<std::string, std::string>;
    api::expectSource(readiness, Source::telephony);
    CHECK_THAT(readiness.checks().at("telephony"), Catch::Contains("is being connected"));
    const auto tell = [&](Fact fact) {
        fact.time = Time(std::chrono::seconds(1'800'000'000));
        api::tellSource(readiness, fact);
    };
    tell({SourceConnected{Source::telephony, {}}});
    tell({SourceConnected{Source::audio, {}}});
    CHECK(readiness.checks() == Checks{{"audio", ""}, {"telephony", ""}});
    tell({SourceLost{Source::telephony, fromHresult(0x80010108, "ITAgentSession::put_State")}});
    CHECK(readiness.checks().at("audio").empty());
    const auto lost = readiness.checks().at("telephony");
    CHECK_THAT(lost, Catch::StartsWith("lost since 2027-01-15T08:00:00.000Z: ITAgentSession::put_State answered "
                                       "RPC_E_DISCONNECTED (0x80010108). The gateway connects again by itself"));
    tell({CallChanged{}});
    CHECK(readiness.checks().at("telephony") == lost);
    tell({SourceLost{Source::audio, {"source-lost", "It is gone.", 0x88890010}}});
    CHECK_THAT(readiness.checks().at("audio"), Catch::Contains("It is gone. (0x88890010) The gateway"));
    tell({SourceConnected{Source::telephony, {}}});
    tell({SourceConnected{Source::audio, {}}});
    CHECK(readiness.checks() == Checks{{"audio", ""}, {"telephony", ""}});
}
