// Guessing is slowed down, and nothing but guessing: who fails too often within a minute has to wait, longer each time.
// By what a failure is counted, and whom that makes wait:
//
//   shown                                    counted by               while that waits
//   nothing, or by a page of another origin  nobody: it is no guess   -
//   a wrong token, ticket or certificate     address                  what is wrong is answered 429; what is right
//   passes a key whose id there is none of          address                  the same; nothing is ever hashed for it a
//   wrong secret of a key that there is    key and address          no new secret of that key is hashed from there; one
//   that was right passes a wrong PIN                              agent and address        the switch is not asked
//   about that agent from there
//                                            agent, thrice as many    nor from anywhere
//
// Thus nobody keeps another one out: from the same address (NAT, a terminal server) another key, another agent and
// every token pass, and a key and a PIN pass from another address. An address is what model/address.hpp takes it for.
// Thread: any.
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
    int times = 1;  // so many times the failures that cost nothing are free here
};
// `name`: of the key its id, of a PIN the agent.
std::vector<Counter> countersOf(Shown what, const std::string& address, const std::string& name = {});

class Throttle {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr int usual = 10;
    static constexpr auto window = std::chrono::seconds(60);  // after as long without a failure all is forgotten
    static constexpr int longest = 300;                       // seconds
    static constexpr std::size_t most =
        50'000;  // of a kind, whose failures are remembered; who failed longest ago is forgotten first

    explicit Throttle(int free)
        : free_(free) {}  // failures within `window` that cost nothing; 0: nothing is slowed down

    // Seconds to wait before the next try; 0: none.
    int wait(const std::string& who, Clock::time_point time = Clock::now()) const;
    int wait(const std::vector<Counter>& counters, Clock::time_point time = Clock::now()) const;
    // One more failure: 1, 2, 4 … seconds from the one after the free ones on. True: this is the one that closes the
    // door.
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
    // Addresses, keys and PINs have room of their own: who comes from many addresses makes nobody forget the guesses at
    // a PIN.
    std::array<Recent<Record>, 3> records_{Recent<Record>(most), Recent<Record>(most), Recent<Record>(most)};
};

}  // namespace deskline::identity
