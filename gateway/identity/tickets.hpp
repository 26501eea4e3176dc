// Tickets for browsers, whose WebSocket cannot send an Authorization header. Each opens one stream, once, within thirty
// seconds, from the origin that it was made for. Their number is bounded for each account and in all; beyond the bound
// the oldest is dropped.
// Thread: any.
#pragma once
#include <map>
#include <mutex>
#include <string>

#include "identity/identity.hpp"
#include "model/fault.hpp"

namespace deskline::identity {

inline constexpr std::int64_t ticketSeconds = 30;

class Tickets {
public:
    static constexpr std::size_t mostOfAccount = 50, most = 10'000;

    // `origin`: the one that the stream must come from, "https://desk.example" (parseOrigin); "": a client that is no
    // browser. `now`: seconds since 1970.
    std::string issue(Identity identity, std::string origin, std::int64_t now);
    // Takes the ticket, also where it comes from a wrong origin. Faults: not-authorized, forbidden (another origin).
    Result<Identity> redeem(const std::string& ticket, std::string_view origin, std::int64_t now);
    void sweep(std::int64_t now);  // drops the expired ones; called once a second
    std::size_t size() const;

private:
    struct Ticket {
        Identity identity;
        std::string account, origin;
        std::int64_t expires;
        std::uint64_t number;  // in the order of issue
    };
    mutable std::mutex mutex_;
    std::map<std::string, Ticket> tickets_;  // by their digests
};

}  // namespace deskline::identity
