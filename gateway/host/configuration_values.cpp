#include "host/configuration_values.hpp"

#include <algorithm>
#include <charconv>

#include "host/platform.hpp"
#include "model/host_text.hpp"
#include "model/number.hpp"
#include "model/text.hpp"

namespace deskline::host {
namespace {

constexpr const char* noText = "must be UTF-8 without NUL";

bool isText(const std::string& value) { return isUtf8(value) && value.find('\0') == std::string::npos; }

constexpr std::int64_t longestRetry = 86'400;  // seconds

bool parseDuration(std::string_view text, std::int64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || out < 1) return false;
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    const std::int64_t factor = unit == "s" ? 1 : unit == "min" ? 60 : unit == "h" ? 3600 : 0;
    if (factor == 0 || out > longestRetry / factor) return false;
    out *= factor;
    return true;
}

std::string setDurations(const std::vector<std::string>& texts, std::vector<std::int64_t>& out) {
    out.clear();
    for (const auto& text : texts)
        if (out.emplace_back(); !parseDuration(text, out.back()))
            return "must hold durations up to a day such as \"30 s\", \"2 min\" or \"6 h\"; '" + text + "' is none";
    return {};
}

}  // namespace

bool parseBytes(std::string_view text, std::int64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc()) return false;
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    const int shift = unit.empty() || unit == "B" ? 0
                      : unit == "KiB"             ? 10
                      : unit == "MiB"             ? 20
                      : unit == "GiB"             ? 30
                                                  : -1;
    if (shift < 0 || out < 0 || out > INT64_MAX >> shift) return false;
    out <<= shift;
    return true;
}

std::string misfit(const Key& key) {
    const auto range = [&](std::int64_t value) {
        return value < key.least || value > key.most
                   ? "must be from " + std::to_string(key.least) + " to " + std::to_string(key.most)
                   : std::string();
    };
    if (const auto* number = std::get_if<std::int64_t*>(&key.target)) return range(**number);
    if (const auto* bytes = std::get_if<Bytes>(&key.target)) return range(*bytes->target);
    if (const auto* number = std::get_if<double*>(&key.target);
        number && (**number < static_cast<double>(key.least) || **number > static_cast<double>(key.most)))
        return "must be from " + std::to_string(key.least) + " to " + std::to_string(key.most);
    const auto chosen = [&](const std::string& text) {
        return key.choices.empty() || text.empty() || std::ranges::find(key.choices, text) != key.choices.end();
    };
    if (const auto* list = std::get_if<std::vector<std::string>*>(&key.target)) {
        if (std::ranges::any_of(**list, [&](const std::string& item) {
                return item.empty() || static_cast<std::int64_t>(characters(item)) > key.most;
            }))
            return "must hold texts of 1 to " + std::to_string(key.most) + " characters";
        if (std::ranges::all_of(**list, chosen)) return {};
    }
    const auto* text = std::get_if<std::string*>(&key.target);
    if (text && !isText(**text)) return noText;
    if (text && key.wrong) return key.wrong(**text);
    if (key.choices.empty() || (text && chosen(**text))) return {};
    std::string choices;
    for (const auto& choice : key.choices) choices += (choices.empty() ? "\"" : ", \"") + choice + "\"";
    return "must be one of " + choices;
}

std::string setList(const Key& key, std::vector<std::string> items) {
    if (const auto* durations = std::get_if<Durations>(&key.target)) return setDurations(items, *durations->target);
    *std::get<std::vector<std::string>*>(key.target) = std::move(items);
    return misfit(key);
}

std::string setPath(std::filesystem::path& target, const std::string& text) {
    if (!isText(text)) return noText;
    if (auto unfit = unfitPath(text); !unfit.empty()) return unfit;
    target = pathOf(text);
    return {};
}

std::string setText(const Key& key, const std::string& text) {
    const auto* const begin = text.data();
    const auto* const end = begin + text.size();
    if (auto* const* string = std::get_if<std::string*>(&key.target))
        **string = text;
    else if (auto* const* path = std::get_if<std::filesystem::path*>(&key.target))
        return setPath(**path, text);
    else if (auto* const* boolean = std::get_if<bool*>(&key.target)) {
        if (text != "true" && text != "false") return "must be true or false";
        **boolean = text == "true";
    } else if (auto* const* number = std::get_if<std::int64_t*>(&key.target)) {
        const auto whole = numberIn<std::int64_t>(text);
        if (!whole) return "must be a whole number";
        **number = *whole;
    } else if (auto* const* real = std::get_if<double*>(&key.target)) {
        if (const auto [at, error] = std::from_chars(begin, end, **real); error != std::errc() || at != end)
            return "must be a number";
    } else if (const auto* bytes = std::get_if<Bytes>(&key.target)) {
        if (!parseBytes(text, *bytes->target)) return "must be a size such as \"1 MiB\"";
    } else {
        std::vector<std::string> items;
        for (std::size_t at = 0; at < text.size();) {
            const auto comma = std::min(text.find(',', at), text.size());
            items.push_back(text.substr(at, comma - at));
            at = comma + 1;
        }
        return setList(key, std::move(items));
    }
    return misfit(key);
}

}  // namespace deskline::host
