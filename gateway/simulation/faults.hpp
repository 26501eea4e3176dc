// Faults of a simulated source, injected by name: any HRESULT on the next calls of a kind, a delay of up to two
// minutes, the source lost. Each simulated call passes the gate first. Thread: any; `pass` blocks for the delay,
// `release` ends all delays.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>

namespace deskline::simulation {

using Code = std::uint32_t;  // an HRESULT
inline constexpr Code ok = 0;

struct InjectedFault {
    std::string call;         // the interface's method, "put_State"; "*": every call
    std::string object = {};  // id of the session, agent, device …; "": any
    Code code = ok;           // ok: the call goes on after its delay
    std::chrono::milliseconds delay{};
    int times = 1;  // −1: until cleared
};

class FaultGate {
public:
    static constexpr std::size_t most = 1'000;  // that wait to be hit

    bool inject(InjectedFault fault);  // false: there are as many as it keeps
    void clear();                      // also ends the delays that are running
    void lose(Code code);              // every call answers `code` until `restore`
    void restore();
    bool lost() const;

    Code pass(std::string_view call, std::string_view object);

private:
    mutable std::mutex mutex_;
    std::condition_variable cleared_;
    std::list<InjectedFault> faults_;
    Code lost_ = ok;
    std::uint64_t generation_ = 0;
};

}  // namespace deskline::simulation
