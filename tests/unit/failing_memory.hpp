// OpenSSL's memory in the tests: one allocation, the test's own, can be made to fail.
#pragma once
#include "model/crypto_memory.hpp"

namespace deskline::tests {

inline int& allocationsLeft() {  // allocations until one fails; below 0: none fails
    static thread_local int left = -1;
    return left;
}

inline bool allocationFails() { return allocationsLeft() >= 0 && allocationsLeft()-- == 0; }

inline CryptoMemory failingMemory() {
    return {[](std::size_t size) { return allocationFails() ? nullptr : std::malloc(size); },
            [](void* room, std::size_t size) { return allocationFails() ? nullptr : std::realloc(room, size); }};
}

// The answers of `ask` when each of its allocations fails in turn, one at a time.
template <class Ask, class Look>
void failEachAllocation(Ask ask, Look look) {
    for (int after = 0;; ++after) {
        allocationsLeft() = after;
        auto answer = ask();
        const bool failed = allocationsLeft() < 0;
        allocationsLeft() = -1;
        if (!failed) return;
        look(std::move(answer));
    }
}

}  // namespace deskline::tests
