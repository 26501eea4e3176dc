// Pending states: what an agent wants to be after the call. Kept in the journal until the first moment that the switch allows it, then asked
// for with the cause of the one who wanted it. A refusal is told as an event; a state that somebody sets meanwhile takes its place.
// Thread: the ledger's.
#pragma once
#include "api/carrying.hpp"

namespace deskline::api {

class PendingStates final : public events::Observer {
public:
    explicit PendingStates(Gateway& gateway) : gateway_(gateway) {}

    void restored(events::Books& books) override;
    void changed(events::Books& books, const events::Change& change) override;

private:
    void attempt(events::Books& books, const AgentSession& session);
    void answered(const std::string& session, const events::Settled& settled, events::Books& books);
    void finish(events::Books& books, const std::string& session, std::optional<Fault> refused = {});

    Gateway& gateway_;
    std::map<std::string, CommandId> attempts_;  // session → the command under way
};

// Sets or withdraws (`state` absent) it, durably, and tells the event. The command's id is the event's. False: there is no room for one more.
bool keepPendingState(events::Books& books, CommandId command, const SetPendingState& wanted, const events::Cause& cause);

}  // namespace deskline::api
