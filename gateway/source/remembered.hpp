// The ids of the last `most` objects that are gone, to tell an event that comes late from one of a new object. Thread:
// the caller's.
#pragma once
#include <deque>
#include <set>
#include <string>

namespace deskline::source {

class Remembered {
public:
    static constexpr std::size_t most = 10'000;

    void insert(const std::string& id) {
        if (!ids_.insert(id).second) return;
        order_.push_back(id);
        if (order_.size() <= most) return;
        ids_.erase(order_.front());
        order_.pop_front();
    }
    bool contains(const std::string& id) const { return ids_.contains(id); }
    std::size_t size() const { return ids_.size(); }

private:
    std::set<std::string> ids_;
    std::deque<std::string> order_;
};

}  // namespace deskline::source
