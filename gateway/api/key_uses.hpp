// When each API key was used last, kept for `deskline key list`: at most one write a minute and key. Thread: the ledger's.
#pragma once
#include "api/gateway.hpp"

namespace deskline::api {

class KeyUses final : public events::Observer {
public:
    static constexpr auto every = std::chrono::seconds(60);

    explicit KeyUses(Gateway& gateway) : gateway_(gateway) {}
    void tick(events::Books& books) override;

private:
    Gateway& gateway_;
    std::map<std::string, Time> uses_;              // not written yet
    std::chrono::steady_clock::time_point next_{};  // when they are written
};

}  // namespace deskline::api
