#include <catch2/catch.hpp>

#include "model/watched_file.hpp"
#include "unit/folder.hpp"
#include "unit/heard_log.hpp"
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
            CHECK_FALSE(file->news());  // the change was told already
            CHECK(file->fault().empty());
        }
    }
    hide(path, all.front());
    CHECK_FALSE(maybe.news());
    std::filesystem::remove(path);
    write(path, "two");
    CHECK(maybe.news() == "two");
#ifndef _WIN32
    // No descriptor is left at the moment of the change, so the file was not read, and must not count as read.
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

TEST_CASE("a watched file that comes, but cannot be read: the log says so once, also where nothing was known") {
    const Folder folder;
    const auto path = folder.path / "file";
    for (const auto& how : unreadable()) {
        INFO(how.name);
        WatchedFile file(path, WatchedFile::Absent::first);
        const HeardLog log;
        CHECK_FALSE(file.news());
        CHECK(log.text().empty());  // it may be missing
        how.make(path);
        for (int i = 0; i < 3; ++i) CHECK_FALSE(file.news());
        CHECK(log.lines() == 1);
        CHECK(log.text() == "error " + file.fault() + "\n");  // there is no earlier content to keep
        std::filesystem::remove(path);
        CHECK_FALSE(file.news());
        CHECK(file.fault().empty());
        CHECK_THAT(log.text(), Catch::EndsWith("info " + path.string() + " is not there any more\n"));
        write(path, "one");
        CHECK(file.news() == "one");
        hide(path, how);
        for (int i = 0; i < 3; ++i) CHECK_FALSE(file.news());
        CHECK_THAT(log.text(), Catch::EndsWith("error " + file.fault() + " What was known before stays.\n"));
        show(path);
        CHECK_FALSE(file.news());
        CHECK_THAT(log.text(), Catch::EndsWith("info " + path.string() + " can be read again\n"));
        CHECK(log.lines() == 4);
        std::filesystem::remove(path);
    }
}

TEST_CASE("a watched file that could not be read from the first look on: the start says why, not the log") {
    const Folder folder;
    const auto path = folder.path / "file";
    for (const auto& how : unreadable())
        for (const auto absent : {WatchedFile::Absent::first, WatchedFile::Absent::never}) {
            INFO(how.name);
            WatchedFile file(path, absent);
            const HeardLog log;
            how.make(path);
            CHECK_FALSE(file.news());
            CHECK_FALSE(file.fault().empty());
            CHECK(log.text().empty());
            std::filesystem::remove(path);
        }
}
