// Tickets open one stream each: single use, thirty seconds, for the origin that they were made for. For browsers, whose
// WebSocket can send no header. How many are kept is bounded, for an account and in all; beyond that the oldest goes.
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

    // `origin`: "https://desk.example" (parseOrigin), or "" for a client that is no browser; the stream must come from
    // there.
    std::string issue(Identity identity, std::string origin, std::int64_t now);
    // Never twice: a ticket that comes from elsewhere is spent too. Faults: not-authorized, forbidden (another origin).
    Result<Identity> redeem(const std::string& ticket, std::string_view origin, std::int64_t now);
    void sweep(std::int64_t now);  // the expired ones go; called once a second
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
