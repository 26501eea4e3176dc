#include "identity/throttle.hpp"

#include <algorithm>

namespace deskline::identity {

int Throttle::wait(const std::string& who, Clock::time_point time) const {
    const std::lock_guard lock(mutex_);
    const auto found = records_.find(who);
    if (found == records_.end() || found->second.until <= time) return 0;
    return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(found->second.until - time).count());
}

bool Throttle::failed(const std::string& who, Clock::time_point time) {
    const std::lock_guard lock(mutex_);
    if (records_.size() > most) std::erase_if(records_, [&](const auto& entry) { return entry.second.last + window < time; });
    if (records_.size() > most) records_.erase(records_.begin());
    auto& record = records_[who];
    if (record.until + window < time && record.last + window < time) record = {};
    const bool open = record.until <= time;
    ++record.failures;
    record.last = time;
    if (free_ == 0 || record.failures <= free_) return false;
    const int doublings = std::min(record.failures - free_ - 1, 9);
    record.until = time + std::chrono::seconds(std::min(longest, 1 << doublings));
    return open;
}

void Throttle::succeeded(const std::string& who) {
    const std::lock_guard lock(mutex_);
    records_.erase(who);
}

}  // namespace deskline::identity
