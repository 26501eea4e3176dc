// Counts refused callers by the kind of credential. Thread: any.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>

#include "model/names.hpp"

namespace deskline::identity {

enum class Attempt { token, key, ticket, certificate, origin, pin };  // the kind of credential
BOOST_DESCRIBE_ENUM(Attempt, token, key, ticket, certificate, origin, pin)

class Refusals {
public:
    struct Count {
        std::atomic<std::uint64_t> refused{0}, throttled{0};
    };
    void count(Attempt what, bool throttled) {
        auto& of = counts_[static_cast<std::size_t>(what)];
        ++of.refused;
        if (throttled) ++of.throttled;
    }
    const Count& of(Attempt what) const { return counts_[static_cast<std::size_t>(what)]; }

private:
    std::array<Count, 6> counts_{};
};

}  // namespace deskline::identity
