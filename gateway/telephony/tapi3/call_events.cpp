// Calls that others make and take on the lines: notified, moved from state to state, named.
#include "model/id.hpp"
#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {
namespace {

ComPtr<ITAddress> addressOf(ITCallInfo* call) {
    ComPtr<ITAddress> address;
    return SUCCEEDED(call->get_Address(address.GetAddressOf())) ? address : nullptr;
}

}  // namespace

void Connection::happened(ITCallNotificationEvent* event, Time time) {
    ComPtr<ITCallInfo> call;
    if (failed(event->get_Call(call.GetAddressOf()), "ITCallNotificationEvent::get_Call") || !call) return;
    callTold(call, {CallEvent::notification}, time);
}

void Connection::happened(ITCallStateEvent* event, Time time) {
    ComPtr<ITCallInfo> call;
    CALL_STATE state{};
    CALL_STATE_EVENT_CAUSE cause{};
    if (failed(event->get_Call(call.GetAddressOf()), "ITCallStateEvent::get_Call") || !call ||
        failed(event->get_State(&state), "ITCallStateEvent::get_State"))
        return;
    std::optional<CallCause> why;
    if (SUCCEEDED(event->get_Cause(&cause)) && fromTapi(cause) != CallCause::none) why = fromTapi(cause);
    callTold(call, {CallEvent::state, fromTapi(state), why}, time);
}

void Connection::happened(ITCallInfoChangeEvent* event, Time time) {
    ComPtr<ITCallInfo> call;
    if (failed(event->get_Call(call.GetAddressOf()), "ITCallInfoChangeEvent::get_Call") || !call) return;
    callTold(call, {CallEvent::info}, time);
}

Call Connection::readCall(ITCallInfo* object, ITAddress* address, Time time) const {
    Call call{.direction = readDirection(object)};
    if (address) {
        if (const auto name = readName(address)) call.address = *name;
        const auto line = lineOf(address);
        const auto number = readNumber(object);
        if (line && number != 0) call.id = callId(*line, number);
    }
    CALL_STATE state{};
    if (SUCCEEDED(object->get_CallState(&state))) call.state = fromTapi(state);
    call.since = time;
    return call;
}

// Of a call that was just read: the same when the next connection reads it, where its provider gives it a number that
// no call had lately.
CallId Connection::idOf(const Call& call) const {
    return call.id.empty() || inventory_.ended(call.id) ? CallId("call-" + randomId(6)) : call.id;
}

// A call that is known changes its state without a question to the switch.
void Connection::callTold(const ComPtr<ITCallInfo>& call, const CallNews& news, Time time) {
    const auto identity = com::identityOf(call.Get());
    const bool slow = news.event != CallEvent::state || !inventory_.call(identity);
    tell("call " + std::to_string(reinterpret_cast<std::uintptr_t>(identity.Get())), identity, slow,
         [this, call, news, time] { callHappened(call.Get(), news, time); });
}

void Connection::callHappened(ITCallInfo* object, const CallNews& news, Time time) {
    const auto identity = com::identityOf(object);
    auto known = inventory_.call(identity);
    auto call = known ? *known : readCall(object, addressOf(object).Get(), time);
    if (!known && (known = inventory_.adopt(call.id, identity, object)))
        call = *known;  // seen as another object before
    if (news.state) {
        if (call.state != *news.state) call.since = time;
        call.state = *news.state;
    }
    if (call.direction == CallDirection::unknown && call.state == CallState::offering)
        call.direction = CallDirection::incoming;
    if (news.cause) call.cause = news.cause;
    if (!known) {
        if (isOver(call.state) && inventory_.ended(call.id)) return;  // it was told that it is over
        call.id = idOf(call);
    }
    if (!known || news.event != CallEvent::state) readParties(object, call);
    if (known && news.event == CallEvent::info && call.direction == CallDirection::unknown)
        call.direction = readDirection(object);  // a provider may tell it later (CIC_ORIGIN)
    if (!call.session) call.session = inventory_.sessionOn(call.address);
    if (isOver(call.state)) {
        if (!inventory_.drop(call, identity) && (known || news.event != CallEvent::state)) return;
    } else if (const auto kept = inventory_.put(identity, {object, call}, !known)) {
        call = *kept;
    } else {
        return;
    }
    report({CallChanged{call, news.event}, time});
}

}  // namespace deskline::telephony
