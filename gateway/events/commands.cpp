#include "events/commands.hpp"

#include <algorithm>

namespace deskline::events {
namespace {

constexpr auto eventPatience = std::chrono::seconds(2);  // how long an answer waits for its event
constexpr auto unknownPatience =
    std::chrono::minutes(5);  // how long an event may come late to a command that timed out

// Whether the state is already as the event would have made it.
bool holds(const State& state, const Expectation& expected) {
    if (expected.kind == Kind::agent_session) {
        const auto session = state.all<AgentSession>().find(SessionId(expected.id));
        if (expected.event == name(SessionEvent::end)) return session == state.all<AgentSession>().end();
        const auto event = named<SessionEvent>(expected.event);
        return session != state.all<AgentSession>().end() && event && !expected.id.empty() &&
               session->second.state == entered(*event);
    }
    const auto agent = state.all<Agent>().find(AgentId(expected.id));
    if (expected.event == name(AgentEvent::signed_out)) return agent == state.all<Agent>().end();
    return agent != state.all<Agent>().end() &&
           (expected.event == name(AgentEvent::signed_in) || name(agent->second.state) == expected.event);
}

}  // namespace

void Commands::begin(CommandId command, CommandStart begin) {
    ++counts_[begin.cause.account];
    pending_[command].begin = std::move(begin);
}

std::optional<Fault> Commands::full(const std::string& account) const {
    const auto own = counts_.find(account);
    if (own != counts_.end() && own->second >= mostOfOne)
        return Fault{"too-many-requests",
                     std::to_string(own->second) +
                         " commands of yours are under way, as many as one account may have; wait for their answers."};
    if (pending_.size() >= most)
        return Fault{"resource-unavailable", "As many commands are under way as the gateway carries out at one time."};
    return std::nullopt;
}

void Commands::restore(CommandId command, CommandStart begin, Answer answer) {
    auto& restored = pending_[command];
    ++counts_[begin.cause.account];
    restored.begin = std::move(begin);
    restored.settled = restored.unknown = true;
    restored.object =
        Fault{"source-timeout", "The gateway ended while the command was being carried out.", {}, {}, true};
    restored.answer = std::move(answer);
    if (!restored.begin.expectation) close(restored, true);  // nothing will ever tell
}

bool Commands::busy(const ObjectRef& object) const {
    return std::ranges::any_of(
        pending_, [&](const auto& entry) { return !entry.second.settled && entry.second.begin.object == object; });
}

void Commands::settle(CommandId id, Result<std::string> object, AnswerAfter after, Answer answer) {
    const auto known = pending_.find(id);
    if (known == pending_.end()) return;
    auto& command = known->second;
    command.settled = true;
    command.answer = std::move(answer);
    command.unknown = object.has_error() && object.error().outcomeUnknown;
    if (command.unknown && command.event)  // the event says that it was done
        object = command.told;
    command.object = std::move(object);
    if (command.object.has_value() && after == AnswerAfter::event && !command.event) {
        command.expires = Clock::now() + eventPatience;
        return;
    }
    close(command);
}

// Answers; the command stays for a while, since its event may still come (an audio change may be told in several).
void Commands::close(Pending& command, bool readAgain) {
    due_.push_back({command.answer, command.object, command.event, readAgain});
    const bool open = command.object.has_error() && command.unknown && !readAgain;
    if (!open) {
        command.answer = nullptr;
        command.unknown = false;
    }
    if (command.object.has_error() && !command.unknown) command.begin.expectation.reset();
    command.expires = Clock::now() + (command.unknown && !command.event ? Clock::duration(unknownPatience)
                                                                        : Clock::duration(eventPatience));
}

Attributed Commands::attribute(const Fact& fact, const Happened& is) {
    if (fact.command) {
        const auto known = pending_.find(fact.command);
        return known == pending_.end() ? Attributed{} : Attributed{known->first, &known->second.begin.cause};
    }
    for (auto& [id, command] : pending_)
        if (!command.claimed && command.begin.expectation && fits(*command.begin.expectation, is)) {
            command.claimed = true;
            return {id, &command.begin.cause};
        }
    return {};
}

void Commands::told(CommandId id, std::uint64_t event, const std::string& object) {
    const auto known = pending_.find(id);
    if (known == pending_.end() || known->second.event) return;
    auto& command = known->second;
    command.claimed = true;
    command.event = event;
    command.told = object;
    if (!command.settled || !command.answer) return;
    if (command.unknown) command.object = command.told;
    close(command);
}

void Commands::read(const Fact& fact, const State& state) {
    const auto* one = std::get_if<SessionRead>(&fact.what);
    if (!one && !std::holds_alternative<TelephonyInventory>(fact.what)) return;
    for (auto& [id, command] : pending_) {
        if (!command.settled || !command.answer || !command.unknown || command.event || !command.begin.expectation)
            continue;
        const auto& expected = *command.begin.expectation;
        if (one && (expected.kind != Kind::agent_session || expected.id != one->id)) continue;
        judge(command, state);
    }
}

// What nobody knew, by what the state is now.
void Commands::judge(Pending& command, const State& state) {
    const auto& expected = command.begin.expectation;
    const bool done = expected && holds(state, *expected);
    if (done) command.object = expected->id;
    close(command, !done);
}

void Commands::expire(const State& state) {
    const auto time = Clock::now();
    for (auto entry = pending_.begin(); entry != pending_.end();) {
        auto& command = entry->second;
        if (command.expires > time) {
            ++entry;
        } else if (command.answer) {
            command.unknown ? judge(command, state) : close(command);
            ++entry;
        } else {
            const auto of = counts_.find(entry->second.begin.cause.account);
            if (of != counts_.end() && --of->second == 0) counts_.erase(of);
            entry = pending_.erase(entry);
        }
    }
}

Commands::Clock::time_point Commands::nextDeadline() const {
    auto next = Clock::time_point::max();
    for (const auto& [id, command] : pending_) next = std::min(next, command.expires);
    return next;
}

std::vector<Commands::Answered> Commands::take() { return std::exchange(due_, {}); }

}  // namespace deskline::events
