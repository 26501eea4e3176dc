// Slows down guessing, and nothing else: a caller who fails too often within a minute has to wait, longer each time.
// What a failed credential is counted by, and what happens while that counter makes callers wait:
//
//   credential                      counted by             while the counter waits
//   none, or from another origin    nothing: no guess      -
//   token, ticket or certificate    address                a wrong one is answered 429, a right one passes
//   key of an unknown id            address                the same; it is never hashed
//   known key, wrong secret         key and address        no new secret of that key is hashed from that address; one
//                                                          that was right before passes
//   PIN                             agent and address      the switch is not asked about that agent from that address
//                                   agent, 3 times as many the switch is not asked about that agent from anywhere
//
// So nobody keeps another caller out: from the same address (NAT, a terminal server) another key, another agent and
// every right token pass; a key and a PIN pass from another address. Addresses are compared by addressKey
// (model/address.hpp). Thread: any.
#pragma once
#include <array>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "model/recent.hpp"

namespace deskline::identity {

enum class Shown { nothing, origin, token, ticket, certificate, unknown_key, key, pin };

struct Counter {
    std::string who;
    int times = 1;  // the number of free failures is this many times the usual one
};
// `name`: the id of a key; the agent of a PIN.
std::vector<Counter> countersOf(Shown what, const std::string& address, const std::string& name = {});

class Throttle {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr int usual = 10;
    static constexpr auto window = std::chrono::seconds(60);  // so long after the last failure, all are forgotten
    static constexpr int longest = 300;                       // seconds
    // Counters that are remembered, of each kind; the one that failed longest ago is forgotten first.
    static constexpr std::size_t most = 50'000;

    // `free`: failures within `window` after which nobody waits; 0: nothing is slowed down at all.
    explicit Throttle(int free) : free_(free) {}

    // Seconds to wait before the next try; 0: none.
    int wait(const std::string& who, Clock::time_point time = Clock::now()) const;
    int wait(const std::vector<Counter>& counters, Clock::time_point time = Clock::now()) const;
    // Counts one more failure. From the first one after the free ones on, the wait is 1, 2, 4 … seconds. True: the
    // caller did not have to wait before this failure, and has to now.
    bool failed(const std::string& who, Clock::time_point time = Clock::now(), int times = 1);
    void failed(const std::vector<Counter>& counters, Clock::time_point time = Clock::now());
    void succeeded(const std::string& who);
    std::size_t size() const;

private:
    struct Record {
        int failures = 0;
        Clock::time_point last{}, until{};
    };
    static std::size_t kindOf(std::string_view who);

    const int free_;
    mutable std::mutex mutex_;
    // One each for addresses, keys and PINs: failures from many addresses do not push out the record of guesses at a
    // PIN.
    std::array<Recent<Record>, 3> records_{Recent<Record>(most), Recent<Record>(most), Recent<Record>(most)};
};

}  // namespace deskline::identity
