// Commands as resources: those that carry an idempotency key, outlasted the wait of their caller, or whose outcome nobody knows yet. Kept for
// 24 hours over restarts. Thread: the ledger's.
#pragma once
#include <boost/json.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "events/cause.hpp"
#include "events/store.hpp"

namespace deskline::events {

enum class OperationState { running, indeterminate, succeeded, failed };  // indeterminate: carried out or not, the source cannot say yet
BOOST_DESCRIBE_ENUM(OperationState, running, indeterminate, succeeded, failed)

struct Operation {
    std::string id, actor;
    std::string key, fingerprint;  // Idempotency-Key and the hash of the request that it came with; "": none
    std::string agent, command;    // whom it is about; in words, never a PIN
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

    // What a gateway that ended left running is indeterminate now. One that cannot be read is named in the log, is as if it were not there, and
    // stays in the file as it is until its time is over; so are those that `find` meets.
    Result<void> load(const Database& database);
    std::optional<Operation> find(const std::string& id) const;
    std::optional<Operation> findByKey(const std::string& actor, const std::string& key) const;
    void put(Operation operation);
    std::vector<Operation> unsettled() const;
    void prune(Time now);

    bool changed() const override { return !dirty_.empty() || prune_; }
    Result<void> save(Database& database) override;
    void saved() override;

private:
    const Database* database_ = nullptr;
    std::map<std::string, Operation> dirty_, live_;  // not saved yet; unsettled
    std::optional<Time> prune_;
};

}  // namespace deskline::events
