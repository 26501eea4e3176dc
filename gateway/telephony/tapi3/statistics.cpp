// Statistics. TAPI has no event for a change of one, so they are read on demand.
#include <algorithm>

#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {
namespace {

using com::failed;

constexpr std::chrono::milliseconds longestReading(400);  // of a kind

// Calls getters of type long one after the other and keeps the first failure.
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

template <class Statistics, class Object>
Result<Statistics> answer(const Getters<Object>& getters, Statistics statistics) {
    if (getters.fault()) return *getters.fault();
    return statistics;
}

}  // namespace

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

// Each figure may be a request to the switch of its own. So a reading of a kind ends after a while, and the next one
// goes on where it stopped: a slow switch is asked less, not all the time.
template <class Id, class Interface, class Figures>
void Connection::readSome(const ObjectsById<Id, Interface>& all, std::map<Id, Figures>& into, Id& readTo) {
    const auto until = std::chrono::steady_clock::now() + longestReading;
    auto next = std::ranges::upper_bound(all, readTo, {}, &std::pair<Id, ComPtr<Interface>>::first);
    for (std::size_t i = 0; i < all.size() && std::chrono::steady_clock::now() < until; ++i, ++next) {
        if (next == all.end()) next = all.begin();
        readTo = next->first;
        const auto figures = readStatistics(next->second.Get());
        if (!figures) return noteLoss(figures.error());  // the others wait for the next time
        into[next->first] = *figures;
    }
}

StatisticsRead Connection::readFigures() {
    StatisticsRead read;
    readSome(inventory_.agents(), read.agents, figuresReadTo_.agent);
    readSome(inventory_.sessions(), read.sessions, figuresReadTo_.session);
    readSome(inventory_.queues(), read.queues, figuresReadTo_.queue);
    return read;
}

}  // namespace deskline::telephony
