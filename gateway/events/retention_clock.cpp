#include "events/retention_clock.hpp"

#include <spdlog/spdlog.h>

#include <charconv>

namespace deskline::events {
namespace {

std::optional<Time> number(std::string_view& text) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with(' ')) text.remove_prefix(1);
    return Time(std::chrono::milliseconds(count));
}

}  // namespace

RetentionClock RetentionClock::parse(const std::string& text, Time otherwise) {
    std::string_view rest = text;
    RetentionClock clock(number(rest).value_or(otherwise));
    clock.aheadSince_ = number(rest);
    return clock;
}

std::string RetentionClock::text() const {
    if (!time_) return {};
    return std::to_string(milliseconds(*time_)) + (aheadSince_ ? " " + std::to_string(milliseconds(*aheadSince_)) : "");
}

Time RetentionClock::at(Time wall, Steady steady) {
    const bool started = !seen_;
    if (time_ && seen_ && steady > *seen_) *time_ += std::chrono::floor<std::chrono::milliseconds>(steady - *seen_);
    if (!seen_ || steady > *seen_) seen_ = steady;
    if (!time_ || wall - *time_ <= drift) {
        if (aheadSince_) spdlog::info("the clock goes as it did before: what is kept is cut by age as always");
        aheadSince_.reset();
        return *(time_ = wall);
    }
    if (!aheadSince_) {
        aheadSince_ = time_;
        spdlog::log(started ? spdlog::level::info : spdlog::level::warn,
                    "the clock says {}, {} hours later than {}; nothing grows old by that for a day", toRfc3339(wall),
                    std::chrono::floor<std::chrono::hours>(wall - *time_).count(),
                    started ? "when the gateway ran last" : "it should: it was set");
    }
    if (*time_ - *aheadSince_ < settled) return *time_;
    spdlog::info("the clock has said so for a day: what is kept is cut by age as always");
    aheadSince_.reset();
    return *(time_ = wall);
}

}  // namespace deskline::events
