// Waits with a time limit.
#pragma once
#include <catch2/catch.hpp>

#include <chrono>
#include <future>

namespace deskline::tests {

inline constexpr auto patience = std::chrono::seconds(20);

template <class T>
T valueOf(std::future<T> future) {
    REQUIRE(future.wait_for(patience) == std::future_status::ready);
    return future.get();
}

}  // namespace deskline::tests
