#include "identity/tickets.hpp"

#include <algorithm>

#include "model/id.hpp"
#include "model/text.hpp"

namespace deskline::identity {

std::string Tickets::issue(Identity identity, std::string origin, std::int64_t now) {
    auto ticket = randomId(24);
    auto account = identity.account();
    const std::lock_guard lock(mutex_);
    std::size_t ofAccount = 0;
    std::uint64_t newest = 0;
    auto oldest = tickets_.end(), oldestOfAccount = tickets_.end();
    const auto older = [&](auto at, auto& than) {
        if (than == tickets_.end() || at->second.number < than->second.number) than = at;
    };
    for (auto at = tickets_.begin(); at != tickets_.end(); ++at) {
        newest = std::max(newest, at->second.number);
        older(at, oldest);
        if (at->second.account != account) continue;
        ++ofAccount;
        older(at, oldestOfAccount);
    }
    if (ofAccount >= mostOfAccount)
        tickets_.erase(oldestOfAccount);
    else if (tickets_.size() >= most)
        tickets_.erase(oldest);
    tickets_[digest(ticket)] = {std::move(identity), std::move(account), std::move(origin), now + ticketSeconds,
                                newest + 1};
    return ticket;
}

Result<Identity> Tickets::redeem(const std::string& ticket, std::string_view origin, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    auto node = tickets_.extract(digest(ticket));
    if (!node || node.mapped().expires < now)
        return Fault{"not-authorized",
                     "The ticket is unknown, used or older than 30 s; POST /tickets makes a new one."};
    if (node.mapped().origin != origin)
        return Fault{"forbidden", "The ticket was made for " +
                                      (node.mapped().origin.empty() ? std::string("a client without an origin")
                                                                    : printable(node.mapped().origin)) +
                                      "; make one for this origin: POST /tickets from there, or with {\"origin\"}."};
    return std::move(node.mapped().identity);
}

void Tickets::sweep(std::int64_t now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(tickets_, [&](const auto& entry) { return entry.second.expires < now; });
}

std::size_t Tickets::size() const {
    const std::lock_guard lock(mutex_);
    return tickets_.size();
}

}  // namespace deskline::identity
