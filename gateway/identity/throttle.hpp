// Guessing is slowed down: who fails too often within a minute, counted by identity and by address, has to wait, longer each time.
// Thread: any.
#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace deskline::identity {

class Throttle {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr int usual = 10;
    static constexpr auto window = std::chrono::seconds(60);  // after as long without a failure all is forgotten
    static constexpr int longest = 300;                       // seconds

    explicit Throttle(int free) : free_(free) {}  // failures within `window` that cost nothing; 0: nothing is slowed down

    // Seconds to wait before the next try; 0: none.
    int wait(const std::string& who, Clock::time_point time = Clock::now()) const;
    // One more failure: 1, 2, 4 … seconds from the one after the free ones on. True: this is the one that closes the door.
    bool failed(const std::string& who, Clock::time_point time = Clock::now());
    void succeeded(const std::string& who);

private:
    struct Record {
        int failures = 0;
        Clock::time_point last, until;
    };
    static constexpr std::size_t most = 50'000;
    const int free_;
    mutable std::mutex mutex_;
    std::map<std::string, Record> records_;
};

}  // namespace deskline::identity
