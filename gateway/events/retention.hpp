// What is kept in the journal's file, and for how long: cuts events, operations and audit entries a little at a time,
// by the time that counts for it (retention_clock.hpp), and measures how large they are. Thread: the ledger's.
#pragma once
#include "events/audit.hpp"
#include "events/journal.hpp"
#include "events/operations.hpp"
#include "events/retention_clock.hpp"

namespace deskline::events {

class Retention {
public:
    using Steady = RetentionClock::Steady;
    // After the start: so a gateway that is restarted often cuts too.
    static constexpr auto first = std::chrono::seconds(2);
    static constexpr auto every = std::chrono::seconds(60);
    static constexpr auto again = std::chrono::milliseconds(20);  // while there is more to cut

    Retention(Journal& journal, Operations& operations, Audit& audit, Steady start);

    Steady next() const { return next_; }
    // Cuts where it is time to; operations and the audit are cut with the next group that is written.
    void cut(Time wall, Steady steady);

    struct Sizes {
        std::uint64_t events = 0, audit = 0;  // bytes
    };
    Sizes sizes();  // warns, once, where the audit comes near its bound

private:
    Journal& journal_;
    Operations& operations_;
    Audit& audit_;
    RetentionClock clock_;
    Steady next_;
    bool warned_ = false;
};

}  // namespace deskline::events
