#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "model/thread_checker.hpp"

using namespace deskline;

TEST_CASE("a thread checker knows its first thread from all others, and costs a release build nothing") {
    const ThreadChecker checker;
    bool own = false, other = false;
    std::promise<void> owned, asked;
    std::thread first([&] {
        own = checker.isOwner() && checker.isOwner();
        owned.set_value();
        asked.get_future().wait();  // until the other has asked: the id of a thread that has ended may be given again
    });
    owned.get_future().wait();
    std::thread([&] { other = checker.isOwner(); }).join();
#ifndef NDEBUG
    CHECK_FALSE(checker.isOwner());
#endif
    asked.set_value();
    first.join();
    CHECK(own);
#ifdef NDEBUG
    CHECK(other);
    CHECK(std::is_empty_v<ThreadChecker>);
#else
    CHECK_FALSE(other);
#endif
}
