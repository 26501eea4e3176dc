#include "events/sights.hpp"

#include <algorithm>
#include <limits>

#include "model/id.hpp"

namespace deskline::events {
namespace {

namespace json = boost::json;

constexpr const char* kind = "sight";
constexpr auto always = std::numeric_limits<std::uint64_t>::max();

std::string markOf(const Sight& sight) { return stableId({sight.text()}); }

std::optional<std::uint64_t> numberIn(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (!value) return std::nullopt;
    json::error_code error;
    const auto number = value->to_number<std::uint64_t>(error);
    return error ? std::nullopt : std::optional(number);
}

}  // namespace

void Sights::restored(std::string epoch, std::uint64_t newest) {
    epoch_ = std::move(epoch);
    std::vector<std::string> past;  // of another epoch: none of its cursors holds
    for (const auto& [name, body] : records_.all(kind)) {
        const auto *of = body.if_contains("epoch"), *all = body.if_contains("spans");
        if (!of || *of != json::value(epoch_) || !all || !all->is_object()) {
            past.push_back(name);
            continue;
        }
        auto& account = accounts_[name];
        account.doubtful = numberIn(body, "doubtful").value_or(0);
        for (const auto& entry : all->get_object()) {
            const auto span = entry.value().is_object() ? entry.value().get_object() : json::object{};
            const auto until = numberIn(span, "until");
            account.spans[entry.key()] = {.from = numberIn(span, "from").value_or(0), .until = until.value_or(newest), .keptOpen = !until};
        }
    }
    for (const auto& name : past) records_.erase(kind, name);
}

bool Sights::doubtful(const Sight& sight, std::uint64_t number) const {
    const auto account = accounts_.find(sight.account());
    if (account == accounts_.end()) return accounts_.size() >= most;
    if (account->second.doubtful > 0 && number <= account->second.doubtful) return true;
    return std::ranges::any_of(account->second.spans, [&, mark = markOf(sight)](const auto& entry) {
        const auto& [other, span] = entry;
        return other != mark && span.from <= number && (span.open() || number <= span.until);
    });
}

void Sights::hears(const Sight& sight, std::uint64_t after, std::uint64_t newest, const Whose& whose) {
    const auto& name = sight.account();
    if (!accounts_.contains(name) && accounts_.size() >= most) return;
    auto& account = accounts_[name];
    const auto mark = markOf(sight);
    const auto [entry, fresh] = account.spans.try_emplace(mark, Span{.from = after});
    auto& span = entry->second;
    const bool wider = fresh || after < span.from || !span.keptOpen;
    span.from = std::min(span.from, after);
    span.keptOpen = true;
    span.streams.insert(whose);
    for (auto& [other, its] : account.spans)
        if (other != mark && its.streams.erase(whose) && !its.open()) its.until = newest;
    if (account.spans.size() > mostOfOne) forgetOne(account);
    if (wider) keep(name, account);
}

void Sights::forgetOne(Account& account) {
    const auto end = [](const auto& entry) { return entry.second.open() ? always : entry.second.until; };
    const auto first = std::ranges::min_element(account.spans, {}, end);
    account.doubtful = std::max(account.doubtful, end(*first));
    account.spans.erase(first);
}

void Sights::keep(const std::string& name, Account& account) {
    json::object spans;
    for (auto& [mark, span] : account.spans) {
        json::object body{{"from", span.from}};
        if (!span.open()) body["until"] = span.until;
        span.keptOpen = span.open();
        spans[mark] = std::move(body);
    }
    records_.put(kind, name, {{"epoch", epoch_}, {"doubtful", account.doubtful}, {"spans", std::move(spans)}});
}

void Sights::sweep(std::uint64_t newest, std::uint64_t oldest) {
    for (auto next = accounts_.begin(); next != accounts_.end();) {
        const auto account = next++;
        auto& spans = account->second.spans;
        for (auto& [mark, span] : spans)
            if (span.open() && std::erase_if(span.streams, [](const auto& whose) { return whose.expired(); }) && !span.open()) span.until = newest;
        const auto before = spans.size();
        std::erase_if(spans, [&](const auto& entry) { return !entry.second.open() && entry.second.until + 1 < oldest; });
        if (!spans.empty()) {
            if (spans.size() != before) keep(account->first, account->second);
        } else if (account->second.doubtful == 0 || account->second.doubtful + 1 < oldest) {
            records_.erase(kind, account->first);
            accounts_.erase(account);
        }
    }
}

}  // namespace deskline::events
