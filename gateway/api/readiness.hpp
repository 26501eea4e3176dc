// What the gateway needs to be ready, by name: each part tells how its own is, and `/readyz` shows them all. A check
// that is not in order makes it 503, and says why and what to do. Thread: any.
#pragma once
#include <map>
#include <mutex>
#include <string>

namespace deskline::api {

class Readiness {
public:
    // `fault` "": in order. A part tells only checks of its own; there are as many as parts that do.
    void tell(const std::string& check, std::string fault) {
        const std::lock_guard lock(mutex_);
        checks_[check] = std::move(fault);
    }
    std::map<std::string, std::string> checks() const {  // by name; "": in order
        const std::lock_guard lock(mutex_);
        return checks_;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::string> checks_;
};

}  // namespace deskline::api
