// The calls of the simulated switch: they arrive (Poisson), wait, overflow or are abandoned, are offered to the session
// that has been ready longest, answered, talked (log-normal) and wrapped up (exponential). All of it under the switch's
// lock, on its own clock.
#include <algorithm>
#include <cmath>

#include "simulation/rows.hpp"
#include "simulation/switch.hpp"

namespace deskline::simulation {
namespace {

constexpr double secondsBetweenCalls = 20, patienceSeconds = 90, talkMedianSeconds = 75, talkSigma = 0.6,
                 wrapUpSeconds = 15;
constexpr std::size_t mostFinished = 1'000;     // of an agent: the last calls, from which its figures are computed
constexpr std::size_t mostScheduled = 100'000;  // timers of calls; no call arrives while there are as many
constexpr auto overflowAfter = std::chrono::seconds(120), disposedAfter = std::chrono::seconds(300);

std::chrono::milliseconds milliseconds(double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

}  // namespace

double Switch::exponential(double mean) { return std::exponential_distribution<double>(1.0 / mean)(random_); }
double Switch::logNormal(double median, double sigma) {
    return std::lognormal_distribution<double>(std::log(median), sigma)(random_);
}

void Switch::scheduleArrival(const std::string& group) {
    if (options_.traffic <= 0) return;
    at(now_ + milliseconds(exponential(secondsBetweenCalls / options_.traffic)), [this, group] {
        if (queues_.at(group).removed) return;
        newCall(group);
        scheduleArrival(group);
    });
}

void Switch::newCall(const std::string& group) {
    const auto queue = queues_.find(group);
    if (queue == queues_.end() || queue->second.removed || schedule_.size() >= mostScheduled) return;
    const auto id = "call-" + std::to_string(nextCall_++);
    auto& call = calls_[id];
    call.id = id;
    call.group = group;
    call.queuedAt = call.since = now_;
    const auto number = std::uniform_int_distribution<int>(100, 999)(random_);
    if (std::uniform_int_distribution<int>(0, 9)(random_) > 0) {  // one in ten withholds the number
        call.caller.number = "+49305550" + std::to_string(number);
        static constexpr const char* callers[] = {"Ada Berger", "Noor Haddad", "Jonas Weiss",
                                                  "Mei Tanaka", "Luis Ortega", "Ines Duarte"};
        call.callerName = callers[static_cast<std::size_t>(number) % std::size(callers)];
    }
    call.called.number = "+4930555" + std::to_string(1000 + static_cast<int>(std::distance(queues_.begin(), queue)));
    call.called.name = group;
    queue->second.waiting.push_back(id);
    ++queue->second.queued;
    at(now_ + milliseconds(exponential(patienceSeconds)), [this, id] { abandon(id); });
    at(now_ + overflowAfter, [this, id] {
        const auto waiting = calls_.find(id);
        if (waiting == calls_.end() || waiting->second.state != CallState::queued || waiting->second.overflowed) return;
        auto from = queues_.find(waiting->second.group);
        auto to = std::next(from) == queues_.end() ? queues_.begin() : std::next(from);
        if (to == from || to->second.removed) return;
        std::erase(from->second.waiting, id);
        ++from->second.flowedOut;
        ++to->second.flowedIn;
        ++to->second.queued;
        to->second.waiting.push_back(id);
        waiting->second.group = to->first;
        waiting->second.overflowed = true;
        distribute();
    });
    at(now_ + disposedAfter, [this, id] {
        const auto waiting = calls_.find(id);
        if (waiting == calls_.end() || waiting->second.state != CallState::queued) return;
        auto& last = queues_.at(waiting->second.group);
        std::erase(last.waiting, id);
        last.longestEver = std::max(last.longestEver, seconds(waiting->second.queuedAt, now_));
        ++last.finalDisposition;
        calls_.erase(waiting);
    });
    distribute();
}

void Switch::startCall(const std::string& name, CallState state) {
    const std::lock_guard lock(mutex_);
    const auto* row = line(name);
    if (!row || row->removed) return;
    const auto id = "call-" + std::to_string(nextCall_++);
    auto& call = calls_[id];
    call = {.id = id, .address = name, .state = state};
    call.caller.number = "+493055501";
    call.queuedAt = call.since = call.offeredAt = now_;
    emit(CallHappened{view(call), CallEvent::notification});
    emit(CallHappened{view(call), CallEvent::state});
}

CallRow* Switch::callOn(const std::string& name) {
    for (auto& [id, call] : calls_)
        if (call.address == name && call.session.empty()) return &call;
    return nullptr;
}

void Switch::remark(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (const auto* call = callOn(name)) emit(CallHappened{view(*call), CallEvent::info});
}

void Switch::release(const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto* call = callOn(name);
    if (!call) return;
    call->state = CallState::disconnected;
    call->cause = CallCause::normal;
    call->since = now_;
    emit(CallHappened{view(*call), CallEvent::state});
    calls_.erase(std::string(call->id));
}

void Switch::distribute() {
    for (bool again = true; again;) {
        again = false;
        for (auto& id : order_) {
            auto& session = sessions_.at(id);
            auto& queue = queues_.at(session.group);
            if (!session.call.empty() || queue.waiting.empty()) continue;
            const bool lineBusy =
                std::ranges::any_of(calls_, [&](auto& entry) { return entry.second.address == session.address; });
            if (lineBusy) continue;
            auto& call = calls_.at(queue.waiting.front());
            queue.waiting.pop_front();
            offer(call, session);
            again = true;
            break;
        }
    }
}

void Switch::offer(CallRow& call, SessionRow& session) {
    call.session = session.id;
    call.address = session.address;
    call.state = CallState::offering;
    call.since = call.offeredAt = now_;
    session.call = call.id;
    emit(CallHappened{view(call), CallEvent::notification});
    emit(CallHappened{view(call), CallEvent::state});
    at(now_ + milliseconds(1 + exponential(2)), [this, id = call.id] { answer(id); });
    if (!call.callerName.empty())
        at(now_ + milliseconds(0.4), [this, id = call.id] {
            const auto row = calls_.find(id);
            if (row == calls_.end()) return;
            row->second.caller.name = row->second.callerName;
            emit(CallHappened{view(row->second), CallEvent::info});
        });
}

void Switch::answer(const std::string& id) {
    const auto found = calls_.find(id);
    if (found == calls_.end() || found->second.state != CallState::offering) return;
    auto& call = found->second;
    auto& session = sessions_.at(call.session);
    auto& queue = queues_.at(call.group);
    const auto waited = seconds(call.queuedAt, now_), rang = seconds(call.offeredAt, now_);
    queue.totalWait += waited;
    queue.longestEver = std::max(queue.longestEver, waited);
    ++queue.answered;
    ++session.calls;
    session.totalAnswer += rang;
    session.longestAnswer = std::max(session.longestAnswer, rang);
    call.state = CallState::connected;
    call.since = now_;
    emit(CallHappened{view(call), CallEvent::state});
    enter(session, SessionState::busy_on_call);
    at(now_ + milliseconds(logNormal(talkMedianSeconds, talkSigma)), [this, id] {
        const auto talking = calls_.find(id);
        if (talking == calls_.end() || talking->second.state != CallState::connected) return;
        auto& of = sessions_.at(talking->second.session);
        hangUp(talking->second, CallCause::normal);
        enter(of, SessionState::busy_wrapup);
        at(now_ + milliseconds(exponential(wrapUpSeconds)),
           [this, session = of.id, generation = of.generation] { endWrapUp(session, generation); });
    });
}

// Takes the call from its session: books the talk time, emits the event, forgets the call.
void Switch::hangUp(CallRow& call, CallCause cause) {
    auto& session = sessions_.at(call.session);
    if (call.state == CallState::connected) {
        const auto talked = seconds(call.since, now_);
        session.talk += talked;
        auto& agent = agents_.at(session.agent);
        // A longer period that is set later counts from then on.
        std::erase_if(agent.finished, [&](const Finished& old) { return seconds(old.at, now_) > agent.period; });
        if (agent.finished.size() == mostFinished) agent.finished.pop_front();
        agent.finished.push_back({now_, talked});
    }
    session.call.clear();
    call.state = CallState::disconnected;
    call.cause = cause;
    call.since = now_;
    const auto id = call.id;
    emit(CallHappened{view(call), CallEvent::state});
    calls_.erase(id);
}

void Switch::leaveCall(SessionRow& session) {
    if (session.call.empty()) return;
    auto& call = calls_.at(session.call);
    hangUp(call, call.state == CallState::offering ? CallCause::no_answer : CallCause::normal);
}

void Switch::abandon(const std::string& id) {
    const auto call = calls_.find(id);
    if (call == calls_.end() || call->second.state != CallState::queued) return;
    auto& queue = queues_.at(call->second.group);
    std::erase(queue.waiting, id);
    queue.longestEver = std::max(queue.longestEver, seconds(call->second.queuedAt, now_));
    ++queue.abandoned;
    calls_.erase(call);
}

void Switch::endWrapUp(const std::string& id, std::uint64_t generation) {
    const auto session = sessions_.find(id);
    if (session == sessions_.end() || session->second.generation != generation) return;
    const bool pause = std::uniform_int_distribution<int>(0, 9)(random_) == 0;
    enter(session->second, pause ? SessionState::not_ready : SessionState::ready);
    if (!pause) distribute();
}

}  // namespace deskline::simulation
