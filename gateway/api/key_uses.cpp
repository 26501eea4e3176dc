#include "api/key_uses.hpp"

namespace deskline::api {

void KeyUses::tick(events::Books& books) {
    for (const auto& [id, at] : gateway_.authenticator->takeKeyUses()) uses_[id] = at;
    if (uses_.empty() || books.ticks() < next_) return;
    for (const auto& [id, at] : uses_) books.records().put("key-use", id, {{"at", toRfc3339(at)}});
    uses_.clear();
    next_ = books.ticks() + every;
}

}  // namespace deskline::api
