// The gateway's own small facts (pending states, presence, webhooks and their deliveries) by kind and id: all of them
// in memory, each change written through. Of each kind there are so many at most; and where the journal cannot be
// written for so long that the list of what changed would grow beyond them, all of them are written anew. Thread: the
// ledger's.
#pragma once
#include <boost/json.hpp>
#include <map>
#include <set>
#include <string>

#include "events/store.hpp"
#include "model/thread_checker.hpp"

namespace deskline::events {

class Records final : public Store {
public:
    using Bodies = std::map<std::string, boost::json::object>;
    // longestBody: bytes of one, as JSON.
    static constexpr std::size_t mostOfKind = 20'000, mostUnsaved = 20'000, longestBody = 128 << 10;

    // A record that cannot be read is named in the log, and left in the file as it is, also when all of them are
    // written anew.
    Result<void> load(const Database& database);
    // What gateways before this one kept cannot be read: what is not here may be there.
    void lacksPast() { lacksPast_ = true; }
    bool hasPast() const { return !lacksPast_; }
    const Bodies& all(const std::string& kind) const;  // in the order of the ids
    const boost::json::object* find(const std::string& kind, const std::string& id) const;
    // False: there are as many as there may be, or it is too large.
    bool put(const std::string& kind, const std::string& id, boost::json::object body);
    void erase(const std::string& kind, const std::string& id);  // `id` may be a key of `all`
    void eraseAll(const std::string& kind);

    std::size_t unsaved() const { return dirty_.size(); }
    bool changed() const override { return !dirty_.empty() || anew_; }
    Result<void> save(Database& database) override;
    void saved() override {
        dirty_.clear();
        anew_ = false;
    }

private:
    void touch(const std::string& kind, const std::string& id);

    [[no_unique_address]] ThreadChecker thread_;
    std::map<std::string, Bodies> kinds_;
    std::set<std::pair<std::string, std::string>> dirty_;
    bool anew_ = false;  // too much has changed since the last group: all of them are written
    bool lacksPast_ = false;
};

}  // namespace deskline::events
