// The events that one fact leads to, while it is applied: gathered in their order, each with its cause. Facts of every
// kind are applied with it. Thread: the ledger's.
#pragma once
#include <set>

#include "events/ownership.hpp"
#include "model/values_json.hpp"

namespace deskline::events {

// An event's data, and for those who act on it what happened, as itself.
struct Told {
    Told(boost::json::object json) : data(std::move(json)) {}  // of an event that nobody here acts on
    Told(What what, boost::json::object json) : happened(what), data(std::move(json)) {}

    What happened = {};
    boost::json::object data;
};

class Changes {
public:
    // `number`: of the last event before this fact's.
    Changes(Time time, std::uint64_t number, const Attribution& attribution)
        : time_(time), number_(number), attribution_(attribution) {}

    Time time() const { return time_; }  // of the fact
    std::vector<Change>& all() { return all_; }
    std::uint64_t nextRevision() const { return number_ + all_.size() + 1; }
    Attributed attribute(const Happened& is) const { return attribution_ ? attribution_(is) : Attributed{}; }
    void publish(ObjectRef object, Ownership ownership, Told told, const Attributed& by = {},
                 Delivery delivery = Delivery::lossless) {
        if (by.cause) told.data["cause"] = toJson(*by.cause);
        all_.push_back(
            {std::move(object), std::move(ownership), told.happened, std::move(told.data), by.command, delivery});
    }

private:
    const Time time_;
    const std::uint64_t number_;
    const Attribution& attribution_;
    std::vector<Change> all_;
};

// What happened to a thing (`member`: "event" or "change"), and the thing as it is now.
template <class T, class Happening>
Told toldOf(const T& thing, std::string_view member, Happening happened) {
    return {happened, {{member, name(happened)}, {rowOf(kindOf<T>).member, toJson(thing)}}};
}

// The ids of what is known and is not in an inventory.
template <class T>
std::vector<IdOf<T>> missing(const std::map<IdOf<T>, T>& all, const std::vector<T>& now) {
    std::set<IdOf<T>> present;
    for (auto& item : now) present.insert(item.id);
    std::vector<IdOf<T>> gone;
    for (auto& [id, item] : all)
        if (!present.contains(id)) gone.push_back(id);
    return gone;
}

}  // namespace deskline::events
