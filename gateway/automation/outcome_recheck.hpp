// Reads a session's state again, once, some seconds after a command whose outcome is not known: when TAPI times out,
// the switch may have carried the command out or not, and its event may come late or never. Thread: the ledger's.
#pragma once
#include "events/ledger_context.hpp"
#include "telephony/telephony.hpp"

namespace deskline::automation {

class OutcomeRecheck final : public events::Observer {
public:
    static constexpr auto patience = std::chrono::seconds(5);  // for an event that comes late

    explicit OutcomeRecheck(telephony::Telephony* telephony) : telephony_(telephony) {}  // null: there is none
    void tick(events::LedgerContext& ledger) override;

private:
    telephony::Telephony* const telephony_;
    using Ticks = std::chrono::steady_clock::time_point;
    std::map<std::string, Ticks> since_;  // operation → when its doubt was first seen; the maximum once it was read
};

}  // namespace deskline::automation
