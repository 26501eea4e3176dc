// Which command an event belongs to. A command is announced before it is carried out (`begin`) and closed with its
// outcome (`settle`); the event in between, or up to two seconds later, gets its cause, and the answer waits for it. An
// outcome that nobody knows (TAPI timed out, the gateway was killed meanwhile) stays open for the event that may come
// late, and is settled by it or by the next reading of the state. Thread: the ledger's.
#pragma once
#include <chrono>
#include <map>

#include "events/ledger_context.hpp"

namespace deskline::events {

class Commands {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t mostOfOne = 1'000, most = 5'000;  // under way at a time: of one account, of all
    struct Answered {
        Answer answer;
        Result<std::string> object;
        std::optional<std::uint64_t> event;
        bool readAgain;
    };

    void begin(CommandId command, CommandStart begin);
    void settle(CommandId command, Result<std::string> object, AnswerAfter after, Answer answer);
    // A command that a gateway before this one left unsettled; `answer` is called when the source has told.
    void restore(CommandId command, CommandStart begin, Answer answer);
    bool busy(const ObjectRef& object) const;
    std::optional<Fault> full(const std::string& account) const;  // why no more of this account's are begun
    std::size_t size() const { return pending_.size(); }

    Attributed attribute(const Fact& fact, const Happened& is);
    // Its event has this number and is about an object of this id.
    void told(CommandId command, std::uint64_t event, const std::string& object);
    void read(const Fact& fact, const State& state);  // after it was applied: settles what was unknown
    void expire(const State& state);
    Clock::time_point nextDeadline() const;
    std::vector<Answered> take();  // the answers that are due

private:
    struct Pending {
        CommandStart begin;
        std::optional<std::uint64_t> event;
        std::string told;  // id of the object that the event was about
        bool claimed = false, settled = false, unknown = false;
        Result<std::string> object = std::string();
        Answer answer;
        Clock::time_point expires = Clock::time_point::max();
    };
    void judge(Pending& command, const State& state);
    void close(Pending& command, bool readAgain = false);

    std::map<CommandId, Pending> pending_;
    std::map<std::string, std::size_t> counts_;  // of them, by account
    std::vector<Answered> due_;
};

}  // namespace deskline::events
