#include "telephony/tapi3/objects.hpp"

namespace deskline::telephony {
namespace {

using com::Bstr;
using com::failed;

constexpr long outboundOrigin = 1;  // LINECALLORIGIN_OUTBOUND (tapi.h)

// Reads long getters one after the other and keeps the first failure.
template <class Object>
class Getters {
public:
    explicit Getters(Object* object) : object_(object) {}

    Getters& read(HRESULT (WINAPI Object::*getter)(__LONG32*), std::int64_t& out, const char* what) {
        __LONG32 value = 0;
        if (note((object_->*getter)(&value), what)) out = value;
        return *this;
    }
    Getters& read(HRESULT (WINAPI Object::*getter)(CURRENCY*), double& out, const char* what) {
        CURRENCY value{};
        if (note((object_->*getter)(&value), what)) out = perHour(value);
        return *this;
    }
    const std::optional<Fault>& fault() const { return fault_; }

private:
    bool note(HRESULT code, const char* what) {
        if (SUCCEEDED(code)) return true;
        if (!fault_) fault_ = failed(code, what);
        return false;
    }
    Object* object_;
    std::optional<Fault> fault_;
};

template <class Figures, class Object>
Result<Figures> answer(const Getters<Object>& getters, Figures figures) {
    if (getters.fault()) return *getters.fault();
    return figures;
}

Result<std::string> text(const Bstr& name, HRESULT code, const char* what) {
    if (FAILED(code)) return failed(code, what);
    return Result<std::string>(boost::system::in_place_value, name.text());
}

// The automation twin of an enumerator: an ITCollection in a VARIANT.
template <class Item>
bool fromCollection(const VARIANT& variant, std::vector<ComPtr<Item>>& items) {
    if (variant.vt != VT_DISPATCH || !variant.pdispVal) return false;
    ComPtr<IUnknown> enumerator;
    VARIANT result;
    VariantInit(&result);
    DISPPARAMS none{};
    if (FAILED(variant.pdispVal->Invoke(DISPID_NEWENUM, IID_NULL, LOCALE_USER_DEFAULT,
                                        DISPATCH_PROPERTYGET | DISPATCH_METHOD, &none, &result, nullptr, nullptr)))
        return false;
    const auto all =
        result.vt == VT_UNKNOWN || result.vt == VT_DISPATCH ? com::query<IEnumVARIANT>(result.punkVal) : nullptr;
    VariantClear(&result);
    if (!all) return false;
    for (;;) {
        VARIANT item;
        VariantInit(&item);
        ULONG fetched = 0;
        if (all->Next(1, &item, &fetched) != S_OK || fetched == 0) return true;
        if (item.vt == VT_DISPATCH || item.vt == VT_UNKNOWN)
            if (auto object = com::query<Item>(item.punkVal)) items.push_back(std::move(object));
        VariantClear(&item);
    }
}

template <class Item, class Enumerator, class Owner>
Result<std::vector<ComPtr<Item>>> all(Owner* owner, HRESULT (WINAPI Owner::*enumerate)(Enumerator**),
                                      HRESULT (WINAPI Owner::*collection)(VARIANT*), const char* what) {
    ComPtr<Enumerator> enumerator;
    const HRESULT code = (owner->*enumerate)(enumerator.GetAddressOf());
    bool ok = SUCCEEDED(code) && enumerator;
    if (ok) {
        auto items = com::collect<Item>(enumerator.Get(), ok);
        if (ok) return items;
    }
    VARIANT variant;
    VariantInit(&variant);
    std::vector<ComPtr<Item>> items;
    const bool had = !meansSourceLost(static_cast<std::uint32_t>(code)) && SUCCEEDED((owner->*collection)(&variant)) &&
                     fromCollection(variant, items);
    VariantClear(&variant);
    if (had) return items;
    return failed(FAILED(code) ? code : E_FAIL, what);
}

std::optional<std::string> callText(ITCallInfo* call, CALLINFO_STRING which) {
    Bstr value;
    if (FAILED(call->get_CallInfoString(which, value.receive()))) return std::nullopt;
    auto said = value.text();
    return said.empty() ? std::nullopt : std::optional(std::move(said));
}

}  // namespace

Result<std::string> readName(ITAgentHandler* handler) {
    Bstr name;
    const HRESULT code = handler->get_Name(name.receive());
    return text(name, code, "ITAgentHandler::get_Name");
}

Result<std::string> readName(ITACDGroup* group) {
    Bstr name;
    const HRESULT code = group->get_Name(name.receive());
    return text(name, code, "ITACDGroup::get_Name");
}

Result<std::string> readName(ITQueue* queue) {
    Bstr name;
    const HRESULT code = queue->get_Name(name.receive());
    return text(name, code, "ITQueue::get_Name");
}

Result<std::string> readName(ITAddress* address) {
    Bstr name;
    const HRESULT code = address->get_AddressName(name.receive());
    return text(name, code, "ITAddress::get_AddressName");
}

Result<Agent> readAgent(ITAgent* object, const std::string& handler) {
    Agent agent;
    agent.handler = handler;
    agent.since = now();
    Bstr id, user;
    if (const HRESULT code = object->get_ID(id.receive()); SUCCEEDED(code))
        agent.id = id.text();
    else if (symbolOf(static_cast<std::uint32_t>(code)) != "TAPI_E_CALLCENTER_NO_AGENT_ID")
        return failed(code, "ITAgent::get_ID");
    if (const HRESULT code = object->get_User(user.receive()); SUCCEEDED(code)) agent.user = user.text();
    if (agent.id.empty()) agent.id = agent.user;
    AGENT_STATE state = ::AS_UNKNOWN;
    if (const HRESULT code = object->get_State(&state); FAILED(code)) return failed(code, "ITAgent::get_State");
    agent.state = fromTapi(state);
    if (const auto figures = readStatistics(object)) agent.statistics = *figures;
    return agent;
}

Result<AgentStatistics> readStatistics(ITAgent* agent) {
    AgentStatistics out;
    Getters getters(agent);
    getters.read(&ITAgent::get_NumberOfACDCalls, out.acdCalls, "ITAgent::get_NumberOfACDCalls")
        .read(&ITAgent::get_NumberOfIncomingCalls, out.incomingCalls, "ITAgent::get_NumberOfIncomingCalls")
        .read(&ITAgent::get_NumberOfOutgoingCalls, out.outgoingCalls, "ITAgent::get_NumberOfOutgoingCalls")
        .read(&ITAgent::get_TotalACDTalkTime, out.acdTalkSeconds, "ITAgent::get_TotalACDTalkTime")
        .read(&ITAgent::get_TotalACDCallTime, out.acdCallSeconds, "ITAgent::get_TotalACDCallTime")
        .read(&ITAgent::get_TotalWrapUpTime, out.wrapUpSeconds, "ITAgent::get_TotalWrapUpTime")
        .read(&ITAgent::get_OverallCallRate, out.callsPerHour, "ITAgent::get_OverallCallRate")
        .read(&ITAgent::get_MeasurementPeriod, out.measurementPeriodSeconds, "ITAgent::get_MeasurementPeriod");
    return answer(getters, out);
}

Result<SessionStatistics> readStatistics(ITAgentSession* session) {
    SessionStatistics out;
    Getters getters(session);
    getters.read(&ITAgentSession::get_SessionDuration, out.durationSeconds, "ITAgentSession::get_SessionDuration")
        .read(&ITAgentSession::get_NumberOfCalls, out.calls, "ITAgentSession::get_NumberOfCalls")
        .read(&ITAgentSession::get_TotalTalkTime, out.talkSeconds, "ITAgentSession::get_TotalTalkTime")
        .read(&ITAgentSession::get_AverageTalkTime, out.averageTalkSeconds, "ITAgentSession::get_AverageTalkTime")
        .read(&ITAgentSession::get_TotalCallTime, out.callSeconds, "ITAgentSession::get_TotalCallTime")
        .read(&ITAgentSession::get_AverageCallTime, out.averageCallSeconds, "ITAgentSession::get_AverageCallTime")
        .read(&ITAgentSession::get_TotalWrapUpTime, out.wrapUpSeconds, "ITAgentSession::get_TotalWrapUpTime")
        .read(&ITAgentSession::get_AverageWrapUpTime, out.averageWrapUpSeconds, "ITAgentSession::get_AverageWrapUpTime")
        .read(&ITAgentSession::get_ACDCallRate, out.callsPerHour, "ITAgentSession::get_ACDCallRate")
        .read(&ITAgentSession::get_LongestTimeToAnswer, out.longestAnswerSeconds,
              "ITAgentSession::get_LongestTimeToAnswer")
        .read(&ITAgentSession::get_AverageTimeToAnswer, out.averageAnswerSeconds,
              "ITAgentSession::get_AverageTimeToAnswer");
    return answer(getters, out);
}

Result<QueueStatistics> readStatistics(ITQueue* queue) {
    QueueStatistics out;
    Getters getters(queue);
    getters.read(&ITQueue::get_TotalCallsQueued, out.queued, "ITQueue::get_TotalCallsQueued")
        .read(&ITQueue::get_CurrentCallsQueued, out.waiting, "ITQueue::get_CurrentCallsQueued")
        .read(&ITQueue::get_TotalCallsAbandoned, out.abandoned, "ITQueue::get_TotalCallsAbandoned")
        .read(&ITQueue::get_TotalCallsFlowedIn, out.flowedIn, "ITQueue::get_TotalCallsFlowedIn")
        .read(&ITQueue::get_TotalCallsFlowedOut, out.flowedOut, "ITQueue::get_TotalCallsFlowedOut")
        .read(&ITQueue::get_LongestEverWaitTime, out.longestEverWaitSeconds, "ITQueue::get_LongestEverWaitTime")
        .read(&ITQueue::get_CurrentLongestWaitTime, out.longestWaitSeconds, "ITQueue::get_CurrentLongestWaitTime")
        .read(&ITQueue::get_AverageWaitTime, out.averageWaitSeconds, "ITQueue::get_AverageWaitTime")
        .read(&ITQueue::get_FinalDisposition, out.finalDisposition, "ITQueue::get_FinalDisposition")
        .read(&ITQueue::get_MeasurementPeriod, out.measurementPeriodSeconds, "ITQueue::get_MeasurementPeriod");
    return answer(getters, out);
}

Result<Time> readStart(ITAgentSession* session) {
    DATE date = 0;
    if (const HRESULT code = session->get_SessionStartTime(&date); FAILED(code))
        return failed(code, "ITAgentSession::get_SessionStartTime");
    const auto time = fromOleDate(date, com::secondsEastOfUtc(date));
    if (!time) return Fault{"source-fault", "ITAgentSession::get_SessionStartTime answered a date that is none."};
    return *time;
}

void readParties(ITCallInfo* call, Call& out) {
    out.caller = {callText(call, ::CIS_CALLERIDNUMBER), callText(call, ::CIS_CALLERIDNAME)};
    out.called = {callText(call, ::CIS_CALLEDIDNUMBER), callText(call, ::CIS_CALLEDIDNAME)};
}

CallDirection readDirection(ITCallInfo* call) {
    __LONG32 origin = 0;
    if (FAILED(call->get_CallInfoLong(::CIL_ORIGIN, &origin)) || origin == 0) return CallDirection::unknown;
    return origin & outboundOrigin ? CallDirection::outgoing : CallDirection::incoming;
}

Result<std::vector<ComPtr<ITAgentHandler>>> handlersOf(ITTAPICallCenter* center) {
    return all<ITAgentHandler>(center, &ITTAPICallCenter::EnumerateAgentHandlers, &ITTAPICallCenter::get_AgentHandlers,
                               "ITTAPICallCenter::EnumerateAgentHandlers");
}

Result<std::vector<ComPtr<ITACDGroup>>> groupsOf(ITAgentHandler* handler) {
    return all<ITACDGroup>(handler, &ITAgentHandler::EnumerateACDGroups, &ITAgentHandler::get_ACDGroups,
                           "ITAgentHandler::EnumerateACDGroups");
}

Result<std::vector<ComPtr<ITAddress>>> addressesOf(ITAgentHandler* handler) {
    return all<ITAddress>(handler, &ITAgentHandler::EnumerateUsableAddresses, &ITAgentHandler::get_UsableAddresses,
                          "ITAgentHandler::EnumerateUsableAddresses");
}

Result<std::vector<ComPtr<ITQueue>>> queuesOf(ITACDGroup* group) {
    return all<ITQueue>(group, &ITACDGroup::EnumerateQueues, &ITACDGroup::get_Queues, "ITACDGroup::EnumerateQueues");
}

Result<std::vector<ComPtr<ITAgentSession>>> sessionsOf(ITAgent* agent) {
    return all<ITAgentSession>(agent, &ITAgent::EnumerateAgentSessions, &ITAgent::get_AgentSessions,
                               "ITAgent::EnumerateAgentSessions");
}

std::vector<ComPtr<ITCallInfo>> callsOf(ITAddress* address) {
    ComPtr<IEnumCall> enumerator;
    if (FAILED(address->EnumerateCalls(enumerator.GetAddressOf())) || !enumerator) return {};
    bool ok = true;
    return com::collect<ITCallInfo>(enumerator.Get(), ok);
}

}  // namespace deskline::telephony
