// Runs the blocking calls of a source. Calls of one key (a session, an agent) run in order: that is the key's lane.
// Lanes run beside each other, on at most `threads` threads, which exist only while they are needed. `put_State` may
// block for two minutes: it then holds its own lane and nothing else. Where more lanes wait than there are threads, the
// next free thread goes to the owner with the fewest running calls; of several, to the one whose last call began
// longest ago. So an owner has all threads only while no other owner waits; while one does, it gets no more than its
// share, which is half of the threads at most. Thread: any.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "source/apartment.hpp"

namespace deskline::source {

class KeyedExecutor {
public:
    explicit KeyedExecutor(std::size_t threads, Apartment apartment = {});
    ~KeyedExecutor();

    // `owner`: who asks for it, an account; "": the gateway itself. `what`: for the log, and for `stop`. Never blocks.
    void post(const std::string& key, const std::string& owner, std::string what, std::function<void()> call);
    std::size_t inFlight() const;
    // Waits for calls in flight no longer than `patience` and names those it leaves behind. What is posted afterwards
    // is dropped.
    std::vector<std::string> stop(std::chrono::milliseconds patience);

private:
    struct State;
    std::shared_ptr<State> state_;  // shared with threads that `stop` left behind
};

}  // namespace deskline::source
