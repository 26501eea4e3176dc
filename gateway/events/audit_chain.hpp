// An entry of the audit, and how it is chained to the one before: hash = SHA-256(hash of the one before, a line end,
// the entry), in hexadecimal; of the first, the hash before is empty. Thread: the caller's.
#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/database.hpp"
#include "model/json.hpp"
#include "model/time.hpp"

namespace deskline::events {

struct AuditEntry {
    Time time{};
    std::string actor;                   // the account; "": nobody known
    std::string action;                  // "PUT /sessions/ab12/state", "session ab12 to ready", "token", "forget"
    std::string outcome;                 // "succeeded", or the slug of the problem
    std::optional<std::int64_t> status;  // of the answer, where there was one
    std::optional<std::string> role, object, address, origin, request, hresult, detail;
};
BOOST_DESCRIBE_STRUCT(AuditEntry, (),
                      (time, actor, action, outcome, status, role, object, address, origin, request, hresult, detail))

struct AuditAnchor {  // what the chain goes on from, where audit_cut.hpp has cut its front
    std::int64_t number = 0;
    std::string hash;  // "": of an entry from before there was a chain
    bool operator==(const AuditAnchor&) const = default;

    std::string text() const;
    static std::optional<AuditAnchor> parse(std::string_view text);
};

// The last entry that was cut; none: the audit has its first entry still.
Result<std::optional<AuditAnchor>> anchorOf(const Database& database);

// An entry's text as an entry, where it is of that action.
std::optional<AuditEntry> entryOf(const std::string& text, std::string_view action);

// One entry, by another program than the gateway, in a transaction of the caller's or alone.
Result<void> append(Database& database, const AuditEntry& entry);

}  // namespace deskline::events
