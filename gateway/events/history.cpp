#include "events/history.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "events/rows.hpp"

namespace deskline::events {
namespace {

constexpr std::size_t mostArms = 64;  // SQLite merges them; beyond that a type's agents are not asked for one by one
constexpr int firstAgent = 4;         // parameter

// One moment of the file for all statements of a step.
class Moment {
public:
    explicit Moment(Database& database) : database_(database), begun_(database.run("BEGIN")) {}
    ~Moment() {
        if (begun_) database_.run("COMMIT");
    }
    Moment(const Moment&) = delete;
    Moment& operator=(const Moment&) = delete;
    bool begun() const { return begun_; }

private:
    Database& database_;
    const bool begun_;
};

// The agents to whom the visibility or the client's own filter limits the events of a kind; nothing: to none in
// particular.
std::optional<std::set<std::string>> agentsIn(const Subscription& subscription, Kind kind) {
    const bool narrowed = subscription.only && kind != Kind::webhook;
    std::set<std::string> agents;
    if (subscription.visibility.level(kind) != AccessLevel::own) {
        if (!narrowed) return std::nullopt;
        agents.insert(subscription.only->begin(), subscription.only->end());
        if (!isOfAgents(kind)) agents.emplace();  // what concerns no agent passes
        return agents;
    }
    agents = subscription.visibility.own(kind);
    if (narrowed)
        std::erase_if(agents, [&](const std::string& agent) {
            return !agent.empty() && !subscription.only->contains(AgentId(agent));
        });
    return agents;
}

std::string arm(Kind kind, std::string_view index, const std::string& narrowed) {
    return "SELECT number, " + std::to_string(static_cast<int>(kind)) + ", agent, groups FROM events INDEXED BY " +
           std::string(index) + " WHERE type = '" + std::string(typeOf(kind)) + "' AND " + narrowed +
           "number > ?1 AND number <= ?2";
}

}  // namespace

Candidates candidatesFor(const Subscription& subscription) {
    std::vector<Kind> kinds;
    std::ranges::copy_if(allKinds, std::back_inserter(kinds), [&](Kind kind) {
        return subscription.hears(kind) && subscription.visibility.level(kind) != AccessLevel::none;
    });
    std::vector<std::string> arms;
    Candidates candidates;
    std::map<std::string, int> places;  // of the agents among the parameters
    const auto place = [&](const std::string& agent) {
        const auto [known, fresh] = places.try_emplace(agent, firstAgent + static_cast<int>(candidates.agents.size()));
        if (fresh) candidates.agents.push_back(agent);
        return "agent = ?" + std::to_string(known->second) + " AND ";
    };
    for (const auto kind : kinds) {
        const auto agents = agentsIn(subscription, kind);
        if (agents && agents->empty()) continue;
        if (!subscription.subject.empty())
            arms.push_back(arm(kind, "events_by_subject", "subject = ?3 AND "));
        else if (agents && agents->size() <= mostArms / kinds.size())
            for (const auto& agent : *agents) arms.push_back(arm(kind, "events_by_agent", place(agent)));
        else
            arms.push_back(arm(kind, "events_by_type", ""));
    }
    for (const auto& one : arms) candidates.sql += (candidates.sql.empty() ? "" : " UNION ALL ") + one;
    if (!arms.empty()) candidates.sql += " ORDER BY number";
    return candidates;
}

History::History(Subscription subscription, std::uint64_t from, std::uint64_t upTo, Room room,
                 std::optional<std::int64_t> since)
    : subscription_(std::move(subscription)),
      candidates_(candidatesFor(subscription_)),
      at_(from),
      upTo_(upTo),
      room_(room),
      since_(since),
      searched_(since.value_or(0)) {}

Result<bool> History::step(Database& database) {
    const Moment moment(database);
    if (!moment.begun()) return database.fault("read");
    {
        Statement cut(database, "SELECT COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'cut'), 0)");
        if (!cut.row()) return database.fault("read");
        if (at_ < static_cast<std::uint64_t>(cut.number(0))) return Fault{"journal-truncated", "journal-truncated"};
    }
    return since_ ? search(database) : scan(database);
}

// Looks for the least number of all events of that time or later: along the index by time, a part at a time. Of the
// events of one time the first has the least.
Result<bool> History::search(Database& database) {
    std::size_t count = 0;
    {
        Statement rows(
            database,
            "SELECT number, time FROM events INDEXED BY events_by_time WHERE time >= ?1 ORDER BY time LIMIT ?2");
        rows.bind(searched_, static_cast<std::int64_t>(rowsAtOnce));
        for (; rows.row(); ++count, ++looked_) {
            if (const auto number = static_cast<std::uint64_t>(rows.number(0)); number > at_)
                first_ = std::min(first_, number);
            searched_ = rows.number(1) + 1;
        }
        if (rows.failed()) return database.fault("read");
    }
    bool all = count < rowsAtOnce;
    if (!all) {  // nothing before the first that is met: it is found already
        Statement oldest(database, "SELECT number FROM events WHERE number > ?1 ORDER BY number LIMIT 1");
        if (oldest.bind(static_cast<std::int64_t>(at_)).row())
            all = static_cast<std::uint64_t>(oldest.number(0)) == first_;
        if (oldest.failed()) return database.fault("read");
    }
    if (!all) return true;
    if (first_ > upTo_) {
        at_ = upTo_;
        return false;
    }
    at_ = first_ - 1;
    since_.reset();
    return true;
}

Result<bool> History::scan(Database& database) {
    if (candidates_.sql.empty()) {
        at_ = upTo_;
        return false;
    }
    std::vector<std::int64_t> numbers;
    const auto wanted = room_.events - frames_.size();
    bool more = false;
    {
        Statement rows(database, candidates_.sql.c_str());
        rows.bind(static_cast<std::int64_t>(at_), static_cast<std::int64_t>(upTo_), subscription_.subject);
        for (std::size_t i = 0; i < candidates_.agents.size(); ++i)
            rows.bindAt(firstAgent + static_cast<int>(i), candidates_.agents[i]);
        std::size_t count = 0;
        while (numbers.size() < wanted && count < rowsAtOnce && rows.row()) {
            ++count;
            at_ = static_cast<std::uint64_t>(rows.number(0));
            if (const auto kind = static_cast<Kind>(rows.number(1));
                subscription_.sees(kind, ownershipIn(kind, rows.text(2), rows.text(3))))
                numbers.push_back(rows.number(0));
        }
        if (rows.failed()) return database.fault("read");
        looked_ += count;
        const bool full = numbers.size() == wanted;
        more = !full && count == rowsAtOnce;
        if (!full && !more) at_ = upTo_;
    }
    Statement event(database, ("SELECT " + eventColumns + " FROM events WHERE number = ?1").c_str());
    for (const auto number : numbers) {
        if (!event.bind(number).row()) return database.fault("read");
        const auto before = frames_.size();
        addFrame(frames_, event);
        event.reset();
        if (frames_.size() > before) bytes_ += frames_.back()->text.size();
        if (bytes_ < room_.bytes) continue;
        at_ = static_cast<std::uint64_t>(number);
        return false;
    }
    return more;
}

}  // namespace deskline::events
