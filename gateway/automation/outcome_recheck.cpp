#include "automation/outcome_recheck.hpp"

namespace deskline::automation {

void OutcomeRecheck::tick(events::LedgerContext& ledger) {
    constexpr auto read = Ticks::max();
    std::map<std::string, Ticks> still;
    for (const auto& operation : ledger.operations().unsettled()) {
        if (operation.state != events::OperationState::indeterminate || !operation.expectation || !telephony_) continue;
        const auto known = since_.find(operation.id);
        auto& since = still[operation.id] = known == since_.end() ? ledger.ticks() : known->second;
        if (since == read || ledger.ticks() - since < patience) continue;
        since = read;
        const auto& expected = *operation.expectation;
        if (expected.kind != Kind::agent_session || expected.id.empty()) continue;
        telephony_->perform(telephony::ReadSession{SessionId(expected.id)}, "",
                            [](const auto&) {});  // the source reports it as SessionRead, or not at all
    }
    since_ = std::move(still);
}

}  // namespace deskline::automation
