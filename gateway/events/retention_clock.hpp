// The time by which what is kept grows old. A clock that is set forward makes nothing old: this time goes on as time
// passes, follows the wall clock where the two differ by less than an hour, goes back with it at once, and jumps ahead
// (a gateway that was off for days, a clock that was wrong before) only after the wall clock has stayed ahead for a day
// of the gateway's running. So a clock that is set forward and put right within a day costs nothing; what was to be cut
// meanwhile is cut a day later. Thread: the ledger's.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "model/time.hpp"

namespace deskline::events {

class RetentionClock {
public:
    using Steady = std::chrono::steady_clock::time_point;
    static constexpr auto drift = std::chrono::hours(1);
    static constexpr auto settled = std::chrono::hours(24);

    RetentionClock() = default;
    explicit RetentionClock(Time last) : time_(last) {}  // of a gateway that ran before this one
    static RetentionClock parse(const std::string& text, Time otherwise);
    std::string text() const;  // as it is kept over a restart

    Time at(Time wall, Steady steady);
    bool ahead() const { return aheadSince_.has_value(); }  // the wall clock is, and is not believed yet

private:
    std::optional<Time> time_, aheadSince_;  // aheadSince_: by this time
    std::optional<Steady> seen_;
};

}  // namespace deskline::events
