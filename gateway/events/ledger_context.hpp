// What work on the ledger's thread may see and change: the state at a cursor, the operations, the gateway's own
// records, the commands under way. What it changes is written as one group with the events of the same moment. Thread:
// the ledger's.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "events/audit.hpp"
#include "events/cause.hpp"
#include "events/hub.hpp"
#include "events/operations.hpp"
#include "events/records.hpp"
#include "events/state.hpp"

namespace deskline::events {

class LedgerContext;

struct CommandOutcome {                 // how a command went
    Result<std::string> object;         // id of what it was about
    std::optional<std::string> cursor;  // of the event that it brought about
    bool readAgain = false;  // of an outcome that nobody knew: the state was read since and is not what was asked for
};
// Called when a command's outcome is there; once more where it was unknown and is known now.
using Answer = std::function<void(const CommandOutcome&, LedgerContext&)>;

// When the answer of a command that succeeded is given. A failure is answered at once.
enum class AnswerAfter {
    event,    // once its event is there, or after two seconds without one
    outcome,  // at once, whether an event comes or not
};

struct CommandStart {  // a command that is about to be carried out
    Cause cause;
    std::optional<Expectation> expectation;
    std::optional<ObjectRef> object;  // what it changes; while it is under way nobody else's If-Match holds
};

class LedgerContext {
public:
    virtual ~LedgerContext() = default;
    virtual const State& state() const = 0;
    virtual std::string cursor() const = 0;
    virtual Time now() const = 0;  // the ledger's clock
    // For how long something lasts: a clock that nobody sets.
    virtual std::chrono::steady_clock::time_point ticks() const = 0;
    virtual Operations& operations() = 0;
    virtual Records& records() = 0;
    virtual Audit& audit() = 0;
    virtual void tell(Fact fact) = 0;  // the gateway's own facts; applied after the present work
    virtual void begin(CommandId command, CommandStart begin) = 0;
    virtual void settle(CommandId command, Result<std::string> object, AnswerAfter after, Answer answer) = 0;
    virtual bool busy(const ObjectRef& object) const = 0;
    // Why no more commands of this account are begun.
    virtual std::optional<Fault> full(const std::string& account) const = 0;
    virtual void afterCommit(Work work) = 0;  // once all that the present work has changed is durable
};

// Something that the gateway keeps beyond what its sources know: it sees every change and the passing of time.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void restored(LedgerContext&) {}                // what was known before a restart is there again
    virtual void changed(LedgerContext&, const Change&) {}  // after it was applied
    virtual void tick(LedgerContext&) {}                    // about once a second
};

}  // namespace deskline::events
