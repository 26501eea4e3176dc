// Commands that tests give, and their answers.
#pragma once
#include "unit/events/bench.hpp"

namespace deskline::events {

inline const Cause lunch{"request-1", "admin", "lunch", {}};
inline const Expectation toReady{Kind::agent_session, "s1", "", "ready"};
inline const Fault timedOut{"source-timeout", "ITAgentSession::put_State answered TAPI_E_TIMEOUT.", {}, {}, true};

struct Told {
    std::optional<std::string> cursor;
    bool succeeded, readAgain;
};

// A command and all answers to it.
struct Asked {
    Ledger& ledger;
    CommandId id;
    std::vector<Told> told = {};

    Asked(Bench& bench, std::optional<Expectation> expected, Cause cause = lunch)
        : ledger(bench.ledger), id(bench.ledger.nextCommand()) {
        ledger.transact([=, this](LedgerContext& context) {
            context.begin(id, {cause, expected, ObjectRef{Kind::agent_session, "s1"}});
        });
    }
    void settle(Result<std::string> object, AnswerAfter after = AnswerAfter::event) {
        ledger.settle(id, std::move(object), after, [this](const CommandOutcome& settled, LedgerContext&) {
            told.push_back({settled.cursor, settled.object.has_value(), settled.readAgain});
        });
    }
};

inline Result<std::string> done(const char* id) { return std::string(id); }

inline void open(Bench& bench) {
    bench.ledger.record({SessionChanged{"s1", SessionEvent::new_session, someSession("s1", "1001")}});
}

}  // namespace deskline::events
