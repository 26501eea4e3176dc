#include "identity/throttle.hpp"

#include <algorithm>

#include "model/address.hpp"

namespace deskline::identity {
namespace {

constexpr int agentsTimes = 3;

}  // namespace

std::vector<Counter> countersOf(Shown what, const std::string& address, const std::string& name) {
    const auto from = addressKey(address);
    switch (what) {
        case Shown::nothing:
        case Shown::origin: return {};
        case Shown::token:
        case Shown::ticket:
        case Shown::certificate:
        case Shown::unknown_key: return {{"address " + from}};
        case Shown::key: return {{"key " + name + " from " + from}};
        case Shown::pin: return {{"pin of " + name + " from " + from}, {"pin of " + name, agentsTimes}};
    }
    return {};
}

std::size_t Throttle::kindOf(std::string_view who) {
    return who.starts_with("pin ") ? 2 : who.starts_with("key ") ? 1 : 0;
}

int Throttle::wait(const std::string& who, Clock::time_point time) const {
    const std::lock_guard lock(mutex_);
    const auto* record = records_[kindOf(who)].find(who);
    if (!record || record->until <= time) return 0;
    return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(record->until - time).count());
}

int Throttle::wait(const std::vector<Counter>& counters, Clock::time_point time) const {
    int longestWait = 0;
    for (const auto& counter : counters) longestWait = std::max(longestWait, wait(counter.who, time));
    return longestWait;
}

bool Throttle::failed(const std::string& who, Clock::time_point time, int times) {
    if (free_ == 0) return false;
    const std::lock_guard lock(mutex_);
    auto& record = records_[kindOf(who)].at(who);
    if (record.until + window < time && record.last + window < time) record = {};
    const bool open = record.until <= time;
    record.failures = std::min(record.failures + 1, 1'000'000);
    record.last = time;
    const int beyond = record.failures - free_ * times;
    if (beyond <= 0) return false;
    record.until = time + std::chrono::seconds(std::min(longest, 1 << std::min(beyond - 1, 9)));
    return open;
}

void Throttle::failed(const std::vector<Counter>& counters, Clock::time_point time) {
    for (const auto& counter : counters) failed(counter.who, time, counter.times);
}

void Throttle::succeeded(const std::string& who) {
    const std::lock_guard lock(mutex_);
    records_[kindOf(who)].erase(who);
}

std::size_t Throttle::size() const {
    const std::lock_guard lock(mutex_);
    std::size_t all = 0;
    for (const auto& kind : records_) all += kind.size();
    return all;
}

}  // namespace deskline::identity
