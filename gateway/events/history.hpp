// Past events, read from the journal's file: those after a number, or from a time on, that a subscription matches. The
// indexes hand out the candidates in the order of their numbers (of a type, of a type and agent, of a type and
// subject); the subscription decides which of them match, and only of those the events are read. Thread: the readers'
// (readers.hpp).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "events/database.hpp"
#include "events/subscription.hpp"

namespace deskline::events {

// What the file is asked, in the form of SQLite: the numbers, types, agents and groups of all that may match, by
// number. Parameters: 1 after this number, 2 up to this one, 3 the subject, from 4 on `agents`. Empty `sql`: nothing
// matches.
struct Candidates {
    std::string sql;
    std::vector<std::string> agents;
};
Candidates candidatesFor(const Subscription& subscription);

class History {
public:
    static constexpr std::size_t rowsAtOnce = 4'096;  // candidates that one step looks at
    struct Room {                                     // for what is found
        std::size_t events;
        std::size_t bytes = SIZE_MAX;  // the event that comes to it is the last
    };

    // What is asked: as many events as there is room for after `from` up to `upTo`, which is in the file already.
    // `since` (milliseconds since 1970): passes over everything before the first event of that time or later. All after
    // that first one count, whatever their time: the clock may have been set, so times need not rise.
    History(Subscription subscription, std::uint64_t from, std::uint64_t upTo, Room room,
            std::optional<std::int64_t> since = {});

    // True: there is more to look at. The fault journal-truncated: what follows `at` was cut meanwhile; journal-fault:
    // the file cannot be read.
    Result<bool> step(Database& database);

    std::uint64_t at() const { return at_; }  // up to which everything was looked at
    // Still to be met: no event up to `at` is of that time.
    std::optional<std::int64_t> since() const { return since_; }
    std::vector<FramePtr> take() { return std::move(frames_); }  // what was found
    std::uint64_t looked() const { return looked_; }             // candidates so far, for the tests

private:
    Result<bool> search(Database& database);
    Result<bool> scan(Database& database);

    const Subscription subscription_;
    const Candidates candidates_;
    std::uint64_t at_;
    const std::uint64_t upTo_;
    const Room room_;
    std::optional<std::int64_t> since_;
    std::int64_t searched_;             // the search for `since` goes on from this time
    std::uint64_t first_ = UINT64_MAX;  // the least number that it has met
    std::vector<FramePtr> frames_;
    std::size_t bytes_ = 0;  // of them
    std::uint64_t looked_ = 0;
};

}  // namespace deskline::events
