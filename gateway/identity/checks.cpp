#include "identity/checks.hpp"

namespace deskline::identity {
namespace {

int of(const std::map<std::string, int>& counts, const std::string& name) {
    const auto found = counts.find(name);
    return found == counts.end() ? 0 : found->second;
}

void leave(std::map<std::string, int>& counts, const std::string& name) {
    const auto found = counts.find(name);
    if (found != counts.end() && --found->second == 0) counts.erase(found);
}

}  // namespace

bool Checks::begin(const std::string& key, const std::string& address) {
    const std::lock_guard lock(mutex_);
    if (waiting_ >= most || of(ofKeys_, key) >= ofKey || of(ofAddresses_, address) >= ofAddress) return false;
    auto& own = ofKeys_[key];  // both before anything counts: there may be no memory for one
    auto& from = ofAddresses_[address];
    ++waiting_, ++own, ++from;
    return true;
}

void Checks::end(const std::string& key, const std::string& address) {
    const std::lock_guard lock(mutex_);
    --waiting_;
    leave(ofKeys_, key);
    leave(ofAddresses_, address);
}

}  // namespace deskline::identity
