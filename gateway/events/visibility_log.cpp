#include "events/visibility_log.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>

#include "model/id.hpp"
#include "model/json.hpp"

namespace deskline::events {
namespace {

constexpr const char* kind = "sight";
constexpr auto always = std::numeric_limits<std::uint64_t>::max();

std::string markOf(const Visibility& visibility) { return stableId({visibility.text()}); }

struct KeptSpan {  // as a record has it; no end: it was heard by when the record was written
    std::string mark;
    std::uint64_t from = 0;
    std::optional<std::uint64_t> until;
};
BOOST_DESCRIBE_STRUCT(KeptSpan, (), (mark, from, until))
struct Kept {
    std::string epoch;
    std::vector<KeptSpan> spans;
};
BOOST_DESCRIBE_STRUCT(Kept, (), (epoch, spans))

}  // namespace

// The visibilities by which an account heard when the last gateway ended, ended with that gateway.
void VisibilityLog::restored(std::string epoch, std::uint64_t newest) {
    epoch_ = std::move(epoch);
    std::vector<std::string> past;  // of another epoch: none of its cursors holds
    for (const auto& [name, body] : records_.all(kind)) {
        Kept kept;
        std::vector<FieldError> errors;
        fromJson(boost::json::value(body), kept, "", errors);
        if (!errors.empty() || kept.epoch != epoch_) {
            past.push_back(name);
            continue;
        }
        auto& account = accounts_[name];
        for (const auto& span : kept.spans)
            account[span.mark] = {.from = span.from, .until = span.until.value_or(newest), .keptOpen = !span.until};
    }
    for (const auto& name : past) records_.erase(kind, name);
    if (accounts_.size() >= most) others_[""] = {.until = newest};
    for (auto& [name, account] : accounts_)
        if (std::ranges::any_of(account, [](const auto& entry) { return entry.second.keptOpen; })) keep(name, account);
}

bool VisibilityLog::doubtful(const Visibility& visibility, std::uint64_t number) const {
    const auto found = accounts_.find(visibility.account());
    const auto& account = found == accounts_.end() ? others_ : found->second;
    return std::ranges::any_of(account, [&, mark = markOf(visibility)](const auto& entry) {
        const auto& [other, span] = entry;
        return other != mark && span.from <= number && (span.open() || number <= span.until);
    });
}

void VisibilityLog::hears(const Visibility& visibility, std::uint64_t after, std::uint64_t newest, const Whose& whose) {
    const auto& name = visibility.account();
    const bool room = accounts_.contains(name) || accounts_.size() < most;
    if (!room && others_.empty())
        spdlog::warn(
            "By which rights more than {} accounts have heard is not told apart: the others begin anew when they come "
            "back.",
            most);
    auto& account = room ? accounts_[name] : others_;
    const auto mark = room ? markOf(visibility) : std::string();
    auto& span = account.try_emplace(mark, Span{.from = after}).first->second;
    const bool wider = after < span.from || !span.keptOpen;
    span.from = std::min(span.from, after);
    span.streams.insert(whose);
    bool ended = false;
    for (auto& [other, its] : account)
        if (other != mark && its.streams.erase(whose)) ended = closed(its, newest) || ended;
    if (account.size() > mostOfOne + account.count("")) mergeOne(account);
    if (room && (wider || ended)) keep(name, account);
}

// Whether nobody hears by it any more; what it heard last is noted then.
bool VisibilityLog::closed(Span& span, std::uint64_t newest) {
    if (span.open()) return false;
    span.until = newest;
    return true;
}

// Of the visibilities of an account the one that ended first becomes one with those that are not told apart; it ends
// when all of them have.
void VisibilityLog::mergeOne(Account& account) {
    const auto end = [](const auto& entry) {
        return entry.first.empty() || entry.second.open() ? always : entry.second.until;
    };
    auto first = std::ranges::min_element(account, {}, end);
    if (first->first.empty()) ++first;  // all are heard by
    auto span = std::move(first->second);
    account.erase(first);
    auto& merged = account.try_emplace("", Span{.from = span.from}).first->second;
    merged.from = std::min(merged.from, span.from);
    merged.until = std::max(merged.until, span.until);
    merged.streams.merge(span.streams);
    merged.keptOpen = false;
}

void VisibilityLog::keep(const std::string& name, Account& account) {
    Kept now{epoch_, {}};
    for (const auto& [mark, span] : account)
        now.spans.push_back({mark, span.from, span.open() ? std::nullopt : std::optional(span.until)});
    const bool kept = records_.put(kind, name, toJson(now).as_object());
    for (auto& [mark, span] : account) span.keptOpen = kept && span.open();
}

void VisibilityLog::sweep(std::uint64_t newest, std::uint64_t oldest) {
    const auto gone = [](const Whose& whose) { return whose.expired(); };
    const auto sweptOf = [&](Account& account) {  // whether its record says something else now
        bool changed = false;
        for (auto& [mark, span] : account)
            if (std::erase_if(span.streams, gone) && closed(span, newest)) changed = changed || account.size() > 1;
        return std::erase_if(
                   account,
                   [&](const auto& entry) { return !entry.second.open() && entry.second.until + 1 < oldest; }) ||
               changed;
    };
    sweptOf(others_);
    for (auto next = accounts_.begin(); next != accounts_.end();) {
        const auto account = next++;
        const bool changed = sweptOf(account->second);
        if (account->second.empty()) {
            records_.erase(kind, account->first);
            accounts_.erase(account);
        } else if (changed) {
            keep(account->first, account->second);
        }
    }
}

}  // namespace deskline::events
