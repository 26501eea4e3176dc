#include <catch2/catch.hpp>

#include "model/file_lock.hpp"
#include "unit/folder.hpp"
#include "unit/unreadable_file.hpp"

using namespace deskline;
using namespace deskline::tests;

TEST_CASE("a lock has one holder, who says who he is; the file alone locks nobody out") {
    const Folder folder;
    const auto path = folder.path / "gateway.lock";
    write(path, "somebody who is long gone\n");
    {
        const auto first = FileLock::take(path, {});
        REQUIRE(first.has_value());
        REQUIRE(first->say("process 1, at https://127.0.0.1:8443\nmore").has_value());
        const auto second = FileLock::take(path, std::chrono::milliseconds(20));
        REQUIRE(second.has_error());
        CHECK(second.error().slug.text() == "in-use");
        CHECK(second.error().detail == "process 1, at https://127.0.0.1:8443");
        REQUIRE(first->say("process 1").has_value());
        CHECK(FileLock::take(path, {}).error().detail == "process 1");
    }
    CHECK(FileLock::take(path, {}).has_value());
    CHECK(FileLock::take(folder.path / "no folder" / "lock", {}).error().slug.text() == "configuration");
    CHECK_FALSE(std::filesystem::exists(folder.path / "no folder"));
    for (const auto& how : unreadable()) {
        if (std::string_view(how.name) == "too long" || std::string_view(how.name) == "a pipe")
            continue;  // a lock needs no content
        INFO(how.name);
        how.make(folder.path / "bad");
        CHECK(FileLock::take(folder.path / "bad", {}).error().slug.text() == "configuration");
        CHECK_FALSE(std::filesystem::exists(folder.path / "nowhere"));
        CHECK(FileLock::holder(folder.path / "bad").has_error());
        std::filesystem::remove(folder.path / "bad");
    }
}

TEST_CASE("who has a lock can be asked without taking it, and without making its file") {
    const Folder folder;
    const auto path = folder.path / "gateway.lock";
    const auto holder = [&] {
        const auto is = FileLock::holder(path);
        REQUIRE(is.has_value());
        return *is;
    };
    CHECK_FALSE(holder().has_value());
    CHECK_FALSE(std::filesystem::exists(path));
    {
        const auto lock = FileLock::take(path, {});
        REQUIRE(lock.has_value());
        REQUIRE(lock->say("process 1, at https://127.0.0.1:8443\nmore").has_value());
        CHECK(holder() == "process 1, at https://127.0.0.1:8443");
        CHECK(FileLock::take(path, {}).has_error());  // it has it still
    }
    CHECK_FALSE(holder().has_value());  // whatever text is left
}
