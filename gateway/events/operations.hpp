// Commands as resources: those that carry an idempotency key, outlasted the wait of their caller, or whose outcome
// nobody knows yet. Kept for 24 hours over restarts, as many as fit: who has too many is refused before a command is
// carried out, never afterwards. Thread: the ledger's.
#pragma once
#include <boost/json.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/cause.hpp"
#include "events/store.hpp"
#include "model/thread_checker.hpp"

namespace deskline::events {

// indeterminate: carried out or not, the source cannot say yet.
enum class OperationState { running, indeterminate, succeeded, failed };
BOOST_DESCRIBE_ENUM(OperationState, running, indeterminate, succeeded, failed)

struct Operation {
    std::string id, actor;
    std::string key, fingerprint;  // Idempotency-Key and the hash of the request that it came with; "": none
    AgentId agent;
    std::string command;  // whom it is about; in words, never a PIN
    OperationState state = OperationState::running;
    Time started{};
    std::optional<Time> settled = {};
    int status = 0;  // of the answer, once settled
    std::vector<std::pair<std::string, std::string>> headers = {};
    boost::json::value body = {};
    std::string cursor = {};  // of the event that it brought about
    Cause cause = {};
    std::optional<Expectation> expectation = {};
};

class Operations final : public Store {
public:
    static constexpr auto kept = std::chrono::hours(24);
    static constexpr std::size_t mostOfOne = 10'000, most = 100'000;  // of one account, of all
    static constexpr std::uint64_t mostBytes = 256ULL << 20;          // of all, as Database::bytesOf counts them
    static constexpr std::size_t mostUnsaved = 10'000;                // that wait while the journal cannot be written
    static constexpr std::size_t longestBody = 64 << 10;              // of an answer that is kept

    // What a gateway that ended left running is indeterminate now. One that cannot be read is named in the log, and
    // stays in the file as it is until its time is over; so do those that `find` meets.
    Result<void> load(const Database& database);
    // What gateways before this one kept cannot be read: of what is not found, nobody knows whether it was there.
    void lacksPast() { lacksPast_ = true; }
    // None, or the fault resource-unavailable: it is damaged, cannot be read just now, or may have been there.
    Result<std::optional<Operation>> find(const std::string& id) const;
    Result<std::optional<Operation>> findByKey(const std::string& actor, const std::string& key) const;
    void put(Operation operation);
    std::vector<Operation> unsettled() const;
    void prune(Time now);
    Result<void> countAgain();  // another program has erased some

    // Why no more of this account's are kept. Those that need one without having asked (a command outlasted its
    // caller's wait, or its outcome is unknown) have a tenth more room.
    std::optional<Fault> full(const std::string& actor) const;
    bool room(const std::string& actor) const;
    std::size_t size() const { return count_; }
    std::size_t unsaved() const { return dirty_.size(); }

    bool changed() const override { return !dirty_.empty() || prune_; }
    Result<void> save(Database& database) override;
    void saved() override;

private:
    using Key = std::pair<std::string, std::string>;  // actor, Idempotency-Key
    void forget(const Operation& operation);          // is neither unsaved nor unsettled any more
    Result<std::optional<Operation>> only(Statement& rows, const char* unknown) const;

    [[no_unique_address]] ThreadChecker thread_;
    const Database* database_ = nullptr;
    bool lacksPast_ = false;
    std::map<std::string, Operation> dirty_, live_;  // not saved yet; unsettled
    std::map<Key, std::string> byKey_;               // of those two
    std::set<std::string> unread_;                   // that `load` met and could not read
    std::map<std::string, std::size_t> counts_;      // by account
    std::size_t count_ = 0;
    std::uint64_t bytes_ = 0;
    std::map<std::string, std::size_t> pruned_;  // by account, until it is committed
    std::optional<Time> prune_, oldest_;         // oldest_: what started before is void, though it is there still
};

}  // namespace deskline::events
