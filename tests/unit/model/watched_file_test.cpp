#include <catch2/catch.hpp>

#include "model/watched_file.hpp"
#include "unit/folder.hpp"
#include "unit/unreadable_file.hpp"

using namespace deskline;
using namespace deskline::tests;

TEST_CASE("a watched file keeps what was known while it cannot be read, and tells when it can again") {
    const Folder folder;
    const auto path = folder.path / "file";
    WatchedFile maybe(path, WatchedFile::Absent::first), must(path, WatchedFile::Absent::never);
    CHECK_FALSE(maybe.news());
    CHECK(maybe.fault().empty());
    CHECK_FALSE(must.news());
    CHECK_FALSE(must.fault().empty());
    write(path, "one");
    for (auto* file : {&maybe, &must}) {
        CHECK(file->news() == "one");
        CHECK_FALSE(file->news());
        CHECK(file->fault().empty());
    }
    auto all = unreadable();
    all.push_back({"not there", [](auto&) {}});
    for (const auto& how : all) {
        INFO(how.name);
        for (auto* file : {&maybe, &must}) {
            hide(path, how);
            CHECK_FALSE(file->news());
            CHECK(file->fault().find(path.string()) != std::string::npos);
            show(path);
            CHECK_FALSE(file->news());  // it is what was told
            CHECK(file->fault().empty());
        }
    }
    hide(path, all.front());
    CHECK_FALSE(maybe.news());
    std::filesystem::remove(path);
    write(path, "two");
    CHECK(maybe.news() == "two");
#ifndef _WIN32
    // No descriptor is left at the moment of the change: nothing was read, so nothing is remembered as read.
    write(path, "three");
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{0, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const auto starved = maybe.news();
    const auto fault = maybe.fault();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK_FALSE(starved);
    CHECK(fault.find("Too many") != std::string::npos);
    CHECK(maybe.news() == "three");
    CHECK(maybe.fault().empty());
    const auto times = std::filesystem::last_write_time(path);
    write(path, "seven");  // as long, and as old by its time
    std::filesystem::last_write_time(path, times);
    CHECK(maybe.news() == "seven");
#endif
}
