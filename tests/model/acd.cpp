#include "acd.hpp"

#include "model/overloaded.hpp"

namespace deskline::model {
namespace {

using namespace telephony;

constexpr auto notAllowed = hresult("TAPI_E_CALLCENTER_INVALAGENTSTATE"), timeout = hresult("TAPI_E_TIMEOUT"),
               serviceGone = hresult("TAPI_E_SERVICE_NOT_RUNNING");

}  // namespace

void Acd::perform(telephony::Command command, std::string, telephony::Completion completion) {
    const std::lock_guard lock(mutex_);
    asked_.push_back({std::move(command), std::move(completion), {}});
    ++everAsked_;
}

std::size_t Acd::asked() const {
    const std::lock_guard lock(mutex_);
    return asked_.size();
}

std::size_t Acd::everAsked() const {
    const std::lock_guard lock(mutex_);
    return everAsked_;
}

void Acd::belongs(std::size_t from, const std::string& request) {
    const std::lock_guard lock(mutex_);
    const auto fresh = std::min(everAsked_ - from, asked_.size());
    for (auto i = asked_.size() - fresh; i < asked_.size(); ++i) asked_[i].request = request;
}

const Acd::Asked& Acd::peek(std::size_t which) const {
    const std::lock_guard lock(mutex_);
    return asked_[which];
}

std::vector<Fact> Acd::end(const SessionId& session) {
    std::vector<Fact> facts;
    if (const auto call = calls_.find(session); call != calls_.end()) {
        call->second.state = CallState::disconnected;
        facts.push_back({CallChanged{call->second, CallEvent::state}});
        calls_.erase(call);
    }
    if (sessions_.erase(session)) facts.push_back({SessionChanged{session, SessionEvent::end}});
    return facts;
}

// Changes the switch's state by the command, and returns the facts that it would report.
std::vector<Fact> Acd::carryOut(const telephony::Command& command, std::string& object) {
    std::vector<Fact> facts;
    const auto add = [&](Fact fact) { facts.push_back(std::move(fact)); };
    std::visit(
        Overloaded{
            [&](const SignIn& c) {
                object = c.agent;
                const bool fresh =
                    agents_.try_emplace(c.agent, Agent{.id = c.agent, .handler = "h", .state = AgentState::not_ready})
                        .second;
                if (fresh) add({AgentChanged{c.agent, AgentEvent::signed_in, agents_.at(c.agent)}});
            },
            [&](const SignOut& c) {
                object = c.agent;
                if (!agents_.erase(c.agent)) return;
                std::vector<SessionId> own;
                for (const auto& [id, session] : sessions_)
                    if (session.agent == c.agent) own.push_back(id);
                for (const auto& id : own)
                    for (auto& fact : end(id)) add(std::move(fact));
                add({AgentChanged{c.agent, AgentEvent::signed_out}});
            },
            [&](const SetAgentState& c) {
                object = c.agent;
                const auto agent = agents_.find(c.agent);
                if (agent == agents_.end()) return;
                agent->second.state = c.state;
                add({AgentChanged{c.agent, named<AgentEvent>(name(c.state)).value_or(AgentEvent::unknown)}});
            },
            [&](const CreateSession& c) {
                if (!agents_.contains(c.agent)) return;
                const SessionId id("s" + std::to_string(++counted_));
                object = id;
                sessions_[id] = {.id = id,
                                 .agent = c.agent,
                                 .acdGroup = GroupName(c.acdGroup),
                                 .address = AddressName(c.address),
                                 .state = SessionState::not_ready,
                                 .since = now(),
                                 .startedAt = now()};
                add({SessionChanged{id, SessionEvent::new_session, sessions_.at(id)}});
            },
            [&](const SetSessionState& c) {
                object = c.session;
                const auto session = sessions_.find(c.session);
                if (session == sessions_.end()) return;
                if (c.state == SessionState::session_ended) {
                    facts = end(c.session);
                } else {
                    session->second.state = c.state;
                    add({SessionChanged{c.session, eventInto(c.state)}});
                }
            },
            [&](const ReadSession& c) {
                object = c.session;
                if (const auto session = sessions_.find(c.session); session != sessions_.end())
                    add({SessionRead{c.session, session->second.state}});
            }},
        command);
    return facts;
}

void Acd::tell(Fact fact, const source::Report& report) const {
    fact.time = now();
    if (connected_) report(std::move(fact));
}

bool Acd::answer(std::size_t which, Way way, const source::Report& report) {
    Asked asked;
    {
        const std::lock_guard lock(mutex_);
        asked = std::move(asked_[which]);
        asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(which));
    }
    const auto fail = [&](std::uint32_t code) {
        asked.completion(fromHresult(code, "the call"));
        return false;
    };
    if (!connected_) return fail(serviceGone);
    if (way == Way::refused) return fail(notAllowed);
    if (way == Way::unknownUndone) return fail(timeout);
    std::string object;
    auto facts = carryOut(asked.command, object);
    if (object.empty()) return fail(notAllowed);
    const bool reading = std::holds_alternative<ReadSession>(asked.command);
    const Outcome done{object, false, !reading && !facts.empty()};
    const bool atOnce = way == Way::eventFirst || way == Way::answerFirst || reading;
    hid_ = hid_ || (!atOnce && !facts.empty());
    if (way == Way::answerFirst && !reading) asked.completion(done);
    for (auto& fact : facts) {
        if (atOnce)
            tell(std::move(fact), report);
        else if (way == Way::lateEvent || way == Way::unknownDone)
            late_.push_back(std::move(fact));
    }
    if (way == Way::unknownDone || way == Way::unknownSilent) return fail(timeout);
    if (way != Way::answerFirst || reading) asked.completion(done);
    return atOnce && !facts.empty();
}

bool Acd::tellLate(const source::Report& report) {
    if (late_.empty()) return false;
    tell(std::move(late_.front()), report);
    late_.pop_front();
    return true;
}

void Acd::connect(const source::Report& report) {
    if (!connected_) late_.clear();  // the inventory says it
    connected_ = true;
    hid_ = false;
    TelephonyInventory all;
    all.of<AgentHandler>() = {{"h", "Switch"}};
    for (const auto& group : groupNames) {
        all.of<AcdGroup>().push_back({GroupId("g-" + group), group, "h"});
        all.of<Queue>().push_back({QueueId("q-" + group), group + " calls", group, {}});
    }
    for (const auto& [id, agent] : agents_) all.agents.push_back(agent);
    for (const auto& [id, session] : sessions_) all.sessions.push_back(session);
    for (const auto& [id, call] : calls_) all.calls.push_back(call);
    tell({SourceConnected{Source::telephony, {{"sessions", true}}}}, report);
    tell({std::move(all)}, report);
}

void Acd::lose(const source::Report& report) {
    if (!connected_) return;
    tell({SourceLost{Source::telephony, fromHresult(serviceGone, "the call")}}, report);
    connected_ = false;
    std::deque<Asked> left;
    {
        const std::lock_guard lock(mutex_);
        left.swap(asked_);
    }
    for (auto& asked : left) asked.completion(fromHresult(serviceGone, "the call"));
}

void Acd::forgetAsked() {
    const std::lock_guard lock(mutex_);
    asked_.clear();
    connected_ = false;
}

AgentSession* Acd::at(std::size_t session) {
    if (sessions_.empty()) return nullptr;
    return &std::next(sessions_.begin(), static_cast<std::ptrdiff_t>(session % sessions_.size()))->second;
}

void Acd::move(std::size_t which, SessionState to, const source::Report& report) {
    auto* session = at(which);
    if (!session || session->state == to) return;
    const auto id = session->id;
    if (to == SessionState::session_ended) {
        for (auto& fact : end(id)) tell(std::move(fact), report);
        return;
    }
    session->state = to;
    tell({SessionChanged{id, eventInto(to)}}, report);
}

void Acd::call(std::size_t which, const source::Report& report) {
    const auto* session = at(which);
    if (!session) return;
    const auto known = calls_.find(session->id);
    if (known == calls_.end()) {
        auto& call = calls_[session->id] = {
            .id = CallId("c" + std::to_string(++counted_)), .address = session->address, .session = session->id};
        call.state = CallState::offering;
        call.since = now();
        return tell({CallChanged{call, CallEvent::notification}}, report);
    }
    auto& call = known->second;
    call.state = call.state == CallState::offering ? CallState::connected : CallState::disconnected;
    tell({CallChanged{call, CallEvent::state}}, report);
    if (call.state == CallState::disconnected) calls_.erase(known);
}

void Acd::volume(double to, const source::Report& report) {
    report({AudioDeviceChanged{{.id = "speakers", .name = "Speakers", .state = DeviceState::active, .volume = to},
                               AudioDeviceChange::volume},
            now()});
}

}  // namespace deskline::model
