// When each API key was used last, kept for `deskline key list`: at most one write a minute and key. Thread: the
// ledger's.
#pragma once
#include "events/ledger_context.hpp"
#include "identity/authenticator.hpp"

namespace deskline::automation {

class KeyUsage final : public events::Observer {
public:
    static constexpr auto every = std::chrono::seconds(60);

    explicit KeyUsage(identity::Authenticator& authenticator) : authenticator_(authenticator) {}
    void tick(events::LedgerContext& ledger) override;

private:
    identity::Authenticator& authenticator_;
    std::map<std::string, Time> uses_;              // not written yet
    std::chrono::steady_clock::time_point next_{};  // when they are written
};

}  // namespace deskline::automation
