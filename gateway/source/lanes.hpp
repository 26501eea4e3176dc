// Where blocking calls of a source run. Calls of one lane run in order, lanes never wait for each other, up to a limit
// of threads that exist only while they are needed. `put_State` may block two minutes: it then holds its own lane and
// nothing else. Where more lanes wait than there are threads, the next free one goes to the owner who has the fewest
// calls running, of equals to the one whose last call began longest ago. So an owner has all threads only while nobody
// else waits; while somebody does, it gets none beyond its share, which is half of them at most. Thread: any. `stop`
// waits for calls in flight no longer than it is told and names those it leaves behind.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace deskline::source {

// What a thread must hold while it runs a source's calls (a COM apartment); made and destroyed on that thread.
using Apartment = std::function<std::shared_ptr<void>()>;

class Lanes {
public:
    explicit Lanes(std::size_t threads, Apartment apartment = {});
    ~Lanes();

    // `owner`: who asks for it, an account; "": the gateway itself.
    void post(const std::string& lane, const std::string& owner, std::string what, std::function<void()> call);
    std::size_t inFlight() const;
    std::vector<std::string> stop(std::chrono::milliseconds patience);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace deskline::source
