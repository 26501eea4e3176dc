// The audit: who did, or tried to do, what, from where, and how it went. Each entry carries the hash of the one before it, so that nobody
// can change or take out one without its being seen (`deskline journal verify`). It holds no secret and no content, and is never cut.
// hash = SHA-256(hash of the one before, a line end, the entry), in hexadecimal; of the first, the hash before is empty.
// Thread: the ledger's, as a store; `verify` and `append` the caller's.
#pragma once
#include <boost/describe.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "events/store.hpp"
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
BOOST_DESCRIBE_STRUCT(AuditEntry, (), (time, actor, action, outcome, status, role, object, address, origin, request, hresult, detail))

class Audit final : public Store {
public:
    void add(AuditEntry entry) { unsaved_.push_back(std::move(entry)); }

    bool changed() const override { return !unsaved_.empty(); }
    Result<void> save(Database& database) override;  // chains to what the file has: another program may have written too
    void saved() override { unsaved_.clear(); }

private:
    std::vector<AuditEntry> unsaved_;
};

struct Verified {
    std::uint64_t entries = 0, unchained = 0;  // unchained: from before there was a chain
    std::string head;                          // hash of the last: note it elsewhere, and a cut at the end is seen too
    std::optional<std::int64_t> broken;        // number of the first entry that does not follow from the one before
};
Verified verify(const Database& database);

// One entry, by another program than the gateway, in a transaction of the caller's or alone.
Result<void> append(Database& database, const AuditEntry& entry);

}  // namespace deskline::events
