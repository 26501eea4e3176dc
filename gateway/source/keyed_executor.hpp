// Where blocking calls of a source run. Calls of one key (a session, an agent) run in order: that is its lane. Lanes
// never wait for each other, up to a limit of threads that exist only while they are needed. `put_State` may block two
// minutes: it then holds its own lane and nothing else. Where more lanes wait than there are threads, the next free one
// goes to the owner who has the fewest calls running, of equals to the one whose last call began longest ago. So an
// owner has all threads only while nobody else waits; while somebody does, it gets none beyond its share, which is half
// of them at most. Thread: any.
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
    std::shared_ptr<State> state_;  // also of threads that were left behind
};

}  // namespace deskline::source
