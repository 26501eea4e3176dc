#include "telephony/tapi3/enums.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <atomic>

namespace deskline::telephony {
namespace {

// `ours`: our values in the order of TAPI's numbers, which count from 0.
template <class Ours, std::size_t Count>
Ours look(const std::array<Ours, Count>& ours, int number, const char* what) {
    if (number >= 0 && static_cast<std::size_t>(number) < Count) return ours[static_cast<std::size_t>(number)];
    static std::atomic<bool> said{false};
    if (!said.exchange(true))
        spdlog::warn("TAPI said {} {}, which no header names; it is passed on as unknown", what, number);
    return Ours::unknown;
}

}  // namespace

AgentState fromTapi(AGENT_STATE state) {
    using enum AgentState;
    static constexpr std::array all{not_ready, ready, busy_acd, busy_incoming, busy_outgoing, unknown};
    return look(all, state, "AGENT_STATE");
}

AgentEvent fromTapi(AGENT_EVENT event) {
    using enum AgentEvent;
    static constexpr std::array all{not_ready, ready, busy_acd, busy_incoming, busy_outgoing, unknown};
    return look(all, event, "AGENT_EVENT");
}

SessionState fromTapi(AGENT_SESSION_STATE state) {
    using enum SessionState;
    static constexpr std::array all{not_ready, ready, busy_on_call, busy_wrapup, session_ended};
    return look(all, state, "AGENT_SESSION_STATE");
}

SessionEvent fromTapi(AGENT_SESSION_EVENT event) {
    using enum SessionEvent;
    static constexpr std::array all{new_session, not_ready, ready, busy, wrapup, end};
    return look(all, event, "AGENT_SESSION_EVENT");
}

InventoryEvent fromTapi(AGENTHANDLER_EVENT event) {
    static constexpr std::array all{InventoryEvent::added, InventoryEvent::removed};
    return look(all, event, "AGENTHANDLER_EVENT");
}

InventoryEvent fromTapi(ACDGROUP_EVENT event) {
    static constexpr std::array all{InventoryEvent::added, InventoryEvent::removed};
    return look(all, event, "ACDGROUP_EVENT");
}

InventoryEvent fromTapi(ACDQUEUE_EVENT event) {
    static constexpr std::array all{InventoryEvent::added, InventoryEvent::removed};
    return look(all, event, "ACDQUEUE_EVENT");
}

CallState fromTapi(CALL_STATE state) {
    using enum CallState;
    static constexpr std::array all{idle, in_progress, connected, disconnected, offering, hold, queued};
    return look(all, state, "CALL_STATE");
}

CallCause fromTapi(CALL_STATE_EVENT_CAUSE cause) {
    using enum CallCause;
    static constexpr std::array all{none, normal, busy, bad_address, no_answer, cancelled, rejected, failed, blocked};
    return look(all, cause, "CALL_STATE_EVENT_CAUSE");
}

AddressState fromTapi(ADDRESS_STATE state) {
    static constexpr std::array all{AddressState::in_service, AddressState::out_of_service};
    return look(all, state, "ADDRESS_STATE");
}

CallDirection directionFrom(long origin) {
    constexpr long outbound = 0x1, internal = 0x2, external = 0x4, inbound = 0x80;
    if (origin & outbound) return CallDirection::outgoing;
    return origin & (internal | external | inbound) ? CallDirection::incoming : CallDirection::unknown;
}

AGENT_STATE toTapi(AgentState state) {
    switch (state) {
        case AgentState::not_ready: return ::AS_NOT_READY;
        case AgentState::ready: return ::AS_READY;
        case AgentState::busy_acd: return ::AS_BUSY_ACD;
        case AgentState::busy_incoming: return ::AS_BUSY_INCOMING;
        case AgentState::busy_outgoing: return ::AS_BUSY_OUTGOING;
        case AgentState::unknown: break;
    }
    return ::AS_UNKNOWN;
}

AGENT_SESSION_STATE toTapi(SessionState state) {
    switch (state) {
        case SessionState::not_ready: return ::ASST_NOT_READY;
        case SessionState::ready: return ::ASST_READY;
        case SessionState::busy_on_call: return ::ASST_BUSY_ON_CALL;
        case SessionState::busy_wrapup: return ::ASST_BUSY_WRAPUP;
        case SessionState::session_ended: return ::ASST_SESSION_ENDED;
        case SessionState::unknown: break;
    }
    return static_cast<AGENT_SESSION_STATE>(7);  // none that there is; the largest that the type can hold
}

double perHour(const CURRENCY& rate) { return static_cast<double>(rate.int64) / 10'000.0; }

}  // namespace deskline::telephony
