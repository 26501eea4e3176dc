// Reads a session's state again, once, some seconds after a command whose outcome nobody knows: what TAPI timed out may have been carried
// out or not, and its event may come late or never. Thread: the ledger's.
#pragma once
#include "api/gateway.hpp"

namespace deskline::api {

class Doubts final : public events::Observer {
public:
    static constexpr auto patience = std::chrono::seconds(5);  // for an event that comes late

    explicit Doubts(Gateway& gateway) : gateway_(gateway) {}
    void tick(events::Books& books) override;

private:
    Gateway& gateway_;
    using Ticks = std::chrono::steady_clock::time_point;
    std::map<std::string, Ticks> since_;  // operation → when its doubt was first seen; the maximum once it was read
};

}  // namespace deskline::api
