// One fake for each thing of the switch: it is made when it is first asked for and kept to Shutdown, because an
// object's identity must not change while the client knows it. What only the registry still has is not held by the
// client. Each noun has one registry, beside its class. Thread: any.
#pragma once
#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "com/com.hpp"

namespace deskline::doubles::tapi {

template <class T>
class Registry {
public:
    com::ComPtr<T> get(const std::string& key) {
        const std::lock_guard lock(mutex_);
        auto& kept = kept_[key];
        if (!kept) kept.Attach(new T(key));
        return kept;
    }
    void drop() {
        std::map<std::string, com::ComPtr<T>> gone;  // released without the lock
        const std::lock_guard lock(mutex_);
        gone.swap(kept_);
    }
    std::int64_t held() {  // by the client
        const std::lock_guard lock(mutex_);
        return std::ranges::count_if(kept_, [](const auto& entry) { return entry.second->references() > 1; });
    }

private:
    std::mutex mutex_;
    std::map<std::string, com::ComPtr<T>> kept_;
};

void dropAll();              // at Shutdown
boost::json::object held();  // {"handlers":1,"groups":3,…}: what the client holds of each, for the console

}  // namespace deskline::doubles::tapi
