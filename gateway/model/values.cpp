#include "model/values.hpp"

namespace deskline {

std::vector<SessionState> allowedStates(SessionState from) {
    using enum SessionState;
    switch (from) {
        case not_ready: return {ready, session_ended};
        case ready: return {not_ready, session_ended};
        case busy_on_call: return {busy_wrapup, ready, not_ready, session_ended};
        case busy_wrapup:
        case unknown: return {ready, not_ready, session_ended};
        case session_ended: break;
    }
    return {};
}

std::vector<AddressEvent> Address::changes(const Address& before, const Address& now) {
    std::vector<AddressEvent> all;
    if (before.handler != now.handler) all.push_back(AddressEvent::handler);
    auto other = before;
    other.handler = now.handler;
    if (other != now) all.push_back(AddressEvent::state);
    return all;
}

SessionState entered(SessionEvent event) {
    switch (event) {
        case SessionEvent::new_session:
        case SessionEvent::not_ready: return SessionState::not_ready;
        case SessionEvent::ready: return SessionState::ready;
        case SessionEvent::busy: return SessionState::busy_on_call;
        case SessionEvent::wrapup: return SessionState::busy_wrapup;
        case SessionEvent::end: return SessionState::session_ended;
        case SessionEvent::pending_state:
        case SessionEvent::pending_state_refused:
        case SessionEvent::unknown: break;
    }
    return SessionState::unknown;
}

SessionEvent eventInto(SessionState state) {
    switch (state) {
        case SessionState::ready: return SessionEvent::ready;
        case SessionState::busy_on_call: return SessionEvent::busy;
        case SessionState::busy_wrapup: return SessionEvent::wrapup;
        case SessionState::session_ended: return SessionEvent::end;
        case SessionState::not_ready:
        case SessionState::unknown: break;
    }
    return SessionEvent::not_ready;
}

}  // namespace deskline
