// The gateway's own small facts (pending states, presence, webhooks and their deliveries) by kind and id: all of them in memory, each change
// written through. Thread: the ledger's.
#pragma once
#include <boost/json.hpp>
#include <map>
#include <set>
#include <string>

#include "events/store.hpp"

namespace deskline::events {

class Records final : public Store {
public:
    using Bodies = std::map<std::string, boost::json::object>;

    // A record that cannot be read is named in the log, and left in the file as it is.
    Result<void> load(const Database& database);
    const Bodies& all(const std::string& kind) const;  // in the order of the ids
    const boost::json::object* find(const std::string& kind, const std::string& id) const;
    void put(const std::string& kind, const std::string& id, boost::json::object body);
    void erase(const std::string& kind, const std::string& id);  // `id` may be a key of `all`
    void eraseAll(const std::string& kind);

    bool changed() const override { return !dirty_.empty(); }
    Result<void> save(Database& database) override;
    void saved() override { dirty_.clear(); }

private:
    std::map<std::string, Bodies> kinds_;
    std::set<std::pair<std::string, std::string>> dirty_;
};

}  // namespace deskline::events
