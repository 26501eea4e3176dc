// Tickets open one stream each: single use, thirty seconds. For browsers, whose WebSocket can send no header. Thread: any.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "identity/identity.hpp"

namespace deskline::identity {

inline constexpr std::int64_t ticketSeconds = 30;

class Tickets {
public:
    std::string issue(Identity identity, std::int64_t now);
    std::optional<Identity> redeem(const std::string& ticket, std::int64_t now);  // never twice

private:
    struct Ticket {
        Identity identity;
        std::int64_t expires;
    };
    std::mutex mutex_;
    std::map<std::string, Ticket> tickets_;
};

}  // namespace deskline::identity
