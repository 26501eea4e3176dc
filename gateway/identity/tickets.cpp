#include "identity/tickets.hpp"

#include "model/id.hpp"

namespace deskline::identity {

std::string Tickets::issue(Identity identity, std::int64_t now) {
    auto ticket = randomId(24);
    const std::lock_guard lock(mutex_);
    std::erase_if(tickets_, [&](auto& entry) { return entry.second.expires < now; });
    tickets_[ticket] = {std::move(identity), now + ticketSeconds};
    return ticket;
}

std::optional<Identity> Tickets::redeem(const std::string& ticket, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    const auto found = tickets_.find(ticket);
    if (found == tickets_.end()) return std::nullopt;
    auto node = tickets_.extract(found);
    if (node.mapped().expires < now) return std::nullopt;
    return std::move(node.mapped().identity);
}

}  // namespace deskline::identity
