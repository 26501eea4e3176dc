// How the ledger and its journal are, for /readyz and the metrics. Thread: values, any.
#pragma once
#include <cstdint>
#include <string>

namespace deskline::events {

struct Health {
    bool durable = true;
    std::string journalFault;
    std::uint64_t events = 0, unsaved = 0, commits = 0;
    bool conflict = false;          // somebody else wrote into the journal: the gateway has to end
    std::uint64_t failedTasks = 0;  // work that ended by an exception: a mistake of the gateway's own
    std::uint64_t unsavedBytes = 0, unsavedAudit = 0, unsavedOperations = 0;  // that wait for the journal, too
    std::uint64_t lost = 0, lostAudit = 0;                         // since the start: there was no room to wait
    std::uint64_t eventBytes = 0, auditBytes = 0, operations = 0;  // what is kept
};

}  // namespace deskline::events
