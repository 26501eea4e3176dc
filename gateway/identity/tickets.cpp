#include "identity/tickets.hpp"

#include "model/id.hpp"

namespace deskline::identity {

std::string Tickets::issue(Identity identity, std::string origin, std::int64_t now) {
    auto ticket = randomId(24);
    const std::lock_guard lock(mutex_);
    std::erase_if(tickets_, [&](auto& entry) { return entry.second.expires < now; });
    tickets_[digest(ticket)] = {std::move(identity), std::move(origin), now + ticketSeconds};
    return ticket;
}

Result<Identity> Tickets::redeem(const std::string& ticket, std::string_view origin, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    auto node = tickets_.extract(digest(ticket));
    if (!node || node.mapped().expires < now) return Fault{"not-authorized", "The ticket is unknown, used or older than 30 s; POST /tickets makes a new one."};
    if (node.mapped().origin != origin)
        return Fault{"forbidden", "The ticket was made for " +
                                      (node.mapped().origin.empty() ? std::string("a client without an origin") : node.mapped().origin) +
                                      "; make one for this origin: POST /tickets from there, or with {\"origin\"}."};
    return std::move(node.mapped().identity);
}

}  // namespace deskline::identity
