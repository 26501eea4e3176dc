// TAPI's numbers and the gateway's words, both ways. Windows only; needs no COM server.
#include <catch2/catch.hpp>

#include <bit>

#include "telephony/tapi3/enums.hpp"

using namespace deskline;

TEST_CASE("session states and session events are numbered differently, and mapped by name") {
    using namespace deskline::telephony;
    CHECK(fromTapi(::ASST_READY) == SessionState::ready);
    CHECK(fromTapi(::ASE_READY) == SessionEvent::ready);
    CHECK(static_cast<int>(::ASST_READY) != static_cast<int>(::ASE_READY));
    for (const auto state : {SessionState::not_ready, SessionState::ready, SessionState::busy_on_call,
                             SessionState::busy_wrapup, SessionState::session_ended})
        CHECK(fromTapi(toTapi(state)) == state);
    for (const auto state : {AgentState::not_ready, AgentState::ready, AgentState::busy_acd, AgentState::busy_incoming,
                             AgentState::busy_outgoing, AgentState::unknown})
        CHECK(fromTapi(toTapi(state)) == state);
    CHECK(fromTapi(std::bit_cast<AGENT_SESSION_STATE>(99)) == SessionState::unknown);
    CHECK(fromTapi(std::bit_cast<AGENT_SESSION_EVENT>(-1)) == SessionEvent::unknown);
    CHECK(fromTapi(::CS_OFFERING) == CallState::offering);
    CHECK(fromTapi(::CEC_DISCONNECT_NOANSWER) == CallCause::no_answer);
    CHECK(fromTapi(::AHE_NEW_AGENTHANDLER) == InventoryEvent::added);
    CHECK(perHour(CURRENCY{.int64 = 123'450}) == 12.345);
}
