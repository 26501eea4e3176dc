#include <catch2/catch.hpp>

#include "model/thread_checker.hpp"

using namespace deskline;

TEST_CASE("a thread checker knows its first thread from all others, and costs a release build nothing") {
    const ThreadChecker checker;
    bool own = false, other = false;
    std::thread([&] { own = checker.isOwner() && checker.isOwner(); }).join();
    std::thread([&] { other = checker.isOwner(); }).join();
    CHECK(own);
#ifdef NDEBUG
    CHECK(other);
    CHECK(std::is_empty_v<ThreadChecker>);
#else
    CHECK_FALSE(other);
    CHECK_FALSE(checker.isOwner());
#endif
}
