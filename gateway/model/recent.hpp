// Values by name, for a bounded number of names: a new name beyond the bound takes the place of the one that was used
// longest ago. Thread: the owner's.
#pragma once
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace deskline {

template <class Value>
class Recent {
public:
    explicit Recent(std::size_t most) : most_(most) {}

    Value& at(const std::string& name) {  // makes the value where there is none; counts as a use
        if (const auto known = places_.find(name); known != places_.end()) {
            order_.splice(order_.begin(), order_, known->second);
            return known->second->second;
        }
        if (order_.size() >= most_) erase(order_.back().first);
        order_.emplace_front(name, Value{});
        places_.emplace(order_.front().first, order_.begin());
        return order_.front().second;
    }
    const Value* find(std::string_view name) const {
        const auto known = places_.find(name);
        return known == places_.end() ? nullptr : &known->second->second;
    }
    void erase(std::string_view name) {
        const auto known = places_.find(name);
        if (known == places_.end()) return;
        const auto place = known->second;
        places_.erase(known);
        order_.erase(place);
    }
    std::size_t size() const { return order_.size(); }

private:
    using Order = std::list<std::pair<const std::string, Value>>;  // the newest first
    std::size_t most_;
    Order order_;
    std::unordered_map<std::string_view, typename Order::iterator> places_;
};

}  // namespace deskline
