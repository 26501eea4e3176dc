// The gateway's numbers of TAPI against those of the double, which are its own: each row, both ways. Needs no COM
// server.
#include <catch2/catch.hpp>

#include "doubles/tapi/numbers.hpp"
#include "simulation/codes.hpp"
#include "telephony/tapi3/enums.hpp"

using namespace deskline;
using namespace deskline::doubles;

namespace {

// What the gateway makes of each number of the table is the table's word.
void readsAll(const auto& table) {
    for (const auto& row : table) {
        INFO("number " << row.number);
        CHECK(telephony::fromTapi(static_cast<decltype(row.header)>(row.number)) == row.word);
    }
}

void writesAll(const auto& table) {
    for (const auto& row : table) {
        INFO("number " << row.number);
        CHECK(static_cast<int>(telephony::toTapi(row.word)) == row.number);
    }
}

}  // namespace

TEST_CASE("the gateway reads each number of TAPI as the double means it") {
    readsAll(tapi::agentStates);
    readsAll(tapi::agentEvents);
    readsAll(tapi::sessionStates);
    readsAll(tapi::sessionEvents);
    readsAll(tapi::handlerEvents);
    readsAll(tapi::groupEvents);
    readsAll(tapi::queueEvents);
    readsAll(tapi::callStates);
    readsAll(tapi::callCauses);
    readsAll(tapi::addressStates);
}

TEST_CASE("the gateway writes each state as the double reads it") {
    writesAll(tapi::agentStates);
    writesAll(tapi::sessionStates);
    CHECK_FALSE(wordOf(tapi::sessionStates, static_cast<int>(telephony::toTapi(SessionState::unknown))));
}

// The constants page of LINECALLORIGIN_ says which way a call of each origin goes, or that none is known.
TEST_CASE("a call's direction is what its origin says, or unknown") {
    using enum CallDirection;
    for (const auto& [origin, direction] :
         std::initializer_list<std::pair<long, CallDirection>>{{LINECALLORIGIN_OUTBOUND, outgoing},
                                                               {LINECALLORIGIN_INTERNAL, incoming},
                                                               {LINECALLORIGIN_EXTERNAL, incoming},
                                                               {LINECALLORIGIN_INBOUND, incoming},
                                                               {LINECALLORIGIN_UNKNOWN, unknown},
                                                               {LINECALLORIGIN_UNAVAIL, unknown},
                                                               {LINECALLORIGIN_CONFERENCE, unknown},
                                                               {0, unknown},
                                                               {0x8, unknown},
                                                               {-1 & ~0xff, unknown}}) {
        INFO(origin);
        CHECK(telephony::directionFrom(origin) == direction);
    }
}

TEST_CASE("the gateway asks TAPI for the events that the double has, and for no other") {
    CHECK(telephony::eventFilter ==
          (tapi::tapiObjectEvent | tapi::addressEvent | tapi::callNotificationEvent | tapi::callStateEvent |
           tapi::callInfoChangeEvent | tapi::agentEvent | tapi::agentSessionEvent | tapi::agentHandlerEvent |
           tapi::groupEvent | tapi::queueEvent));
}

TEST_CASE("the simulated switch refuses with the numbers of Windows' headers") {
    const auto number = [](auto code) { return static_cast<simulation::Code>(code); };
    CHECK(simulation::invalidArgument == number(E_INVALIDARG));
    CHECK(simulation::invalidSessionState == number(LINEERR_INVALAGENTSESSIONSTATE));
    CHECK(simulation::invalidAgentState == number(LINEERR_INVALAGENTSTATE));
    CHECK(simulation::invalidPassword == number(LINEERR_INVALPASSWORD));
    CHECK(simulation::invalidAgentId == number(LINEERR_INVALAGENTID));
    CHECK(simulation::invalidGroup == number(LINEERR_INVALAGENTGROUP));
    CHECK(simulation::groupIsRemoved == tapi::groupRemoved);
    CHECK(simulation::queueIsRemoved == tapi::queueRemoved);
    CHECK(simulation::agentHasNoId == number(TAPI_E_CALLCENTER_NO_AGENT_ID));
}
