// Files: three outcomes of reading, made once and whole.
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "model/files.hpp"
#include "unit/folder.hpp"
#include "unit/unreadable_file.hpp"

using namespace deskline;
using namespace deskline::tests;

TEST_CASE("a file is absent, or a text, or cannot be read: three outcomes") {
    const Folder folder;
    const auto path = folder.path / "file";
    CHECK_FALSE(readWhole(path)->has_value());
    CHECK_FALSE(readWhole(folder.path / "no folder" / "file")->has_value());
    CHECK_FALSE(stampOf(path)->has_value());
    CHECK(readExisting(path).has_error());
    write(path, "");
    CHECK(**readWhole(path) == "");
    write(path, std::string("a\0b\r\n", 5));
    CHECK(**readWhole(path) == std::string("a\0b\r\n", 5));
    std::filesystem::resize_file(path, 100'000);
    CHECK((*readWhole(path))->size() == 100'000);
    for (const auto& how : unreadable()) {
        INFO(how.name);
        hide(path, how);
        const auto read = readWhole(path);
        REQUIRE(read.has_error());
        CHECK(read.error().detail.find(path.string()) != std::string::npos);
        show(path);
    }
#ifndef _WIN32
    CHECK(readWhole(path / "below a file").has_error());
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{0, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const auto starved = readWhole(path);
    const auto stamp = stampOf(path);
    const auto created = createPrivate(folder.path / "new", "x");
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    REQUIRE(starved.has_error());
    CHECK(starved.error().detail.find("Too many files") != std::string::npos);
    CHECK(stamp->has_value());
    CHECK(created.has_error());
    CHECK_FALSE(std::filesystem::exists(folder.path / "new"));
#endif
}

TEST_CASE(
    "what was begun by somebody who ended in the middle is known by its name; it is taken away, and nothing else is") {
    const Folder folder;
    const auto path = folder.path / "private-key.pem";
    CHECK(unfinished(nameBeside(path), path));
    const std::string id = "0123456789abcdef", left = ".private-key.pem." + id + ".new";
    const std::vector<std::string> others{"private-key.pem",
                                          ".private-key.pem.new",
                                          ".private-key.pem." + id,
                                          "private-key.pem." + id + ".new",
                                          ".private-key.pem.9876.new",
                                          ".private-key.pem." + id + "0.new",
                                          ".private-key.pem.99999999ABCDEF99.new",
                                          ".private-key.pem.my-own-copy-of-it.new",
                                          ".private-key.pem." + id + ".new.kept",
                                          ".local-key.pem." + id + ".new",
                                          ".another-private-key.pem." + id + ".new"};
    for (const auto& name : others) {
        CAPTURE(name);
        CHECK_FALSE(unfinished(folder.path / name, path));
        write(folder.path / name, "x");
    }
    write(folder.path / left, "x");
    std::filesystem::create_directory(folder.path / ".private-key.pem.fedcba9876543210.new");
    removeUnfinished(path);
    removeUnfinished(folder.path / "no folder" / "file");
    CHECK_FALSE(std::filesystem::exists(folder.path / left));
    for (const auto& name : others) CHECK(std::filesystem::exists(folder.path / name));
    CHECK(std::filesystem::exists(folder.path / ".private-key.pem.fedcba9876543210.new"));
}

TEST_CASE("what is made is made once, whole, and for its owner alone") {
    const Folder folder;
    const auto path = folder.path / "secret";
    CHECK(*createPrivate(path, "first"));
    CHECK_FALSE(*createPrivate(path, "second"));
    CHECK(**readWhole(path) == "first");
    REQUIRE(replaceFile(path, "third").has_value());
    CHECK(**readWhole(path) == "third");
    REQUIRE(makeFolder(folder.path / "a" / "b").has_value());
    REQUIRE(makeFolder(folder.path / "a" / "b").has_value());
    CHECK(makeFolder(path / "below a file").has_error());
    CHECK(createPrivate(folder.path / "no folder" / "file", "x").has_error());
    CHECK(replaceFile(folder.path / "a", "a folder is there").has_error());
    std::vector<std::thread> threads;
    std::atomic<int> made{0};
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            if (const auto done = createPrivate(folder.path / "race", "whole"); done && *done) ++made;
            if (const auto text = readWhole(folder.path / "race"); !text || !*text || **text != "whole") made += 100;
        });
    for (auto& thread : threads) thread.join();
    CHECK(made == 1);
#ifndef _WIN32
    const auto mode = [](const std::filesystem::path& of) { return std::filesystem::status(of).permissions(); };
    CHECK(mode(path) == std::filesystem::perms(0600));
    CHECK(mode(folder.path / "a") == std::filesystem::perms(0700));
    std::filesystem::create_symlink(folder.path / "nowhere", folder.path / "link");
    CHECK_FALSE(*createPrivate(folder.path / "link", "x"));
    CHECK_FALSE(std::filesystem::exists(folder.path / "nowhere"));
#endif
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path))
        files += entry.path().filename().string().ends_with(".new");
    CHECK(files == 0);
}

TEST_CASE("whether something may be made is asked without making anything; what stands in its way is named") {
    const Folder folder;
    const auto there = [&] {
        const std::filesystem::recursive_directory_iterator all(folder.path);
        return std::distance(begin(all), end(all));
    };
    CHECK(*mayMake(folder.path / "file") == folder.path);
    CHECK(*mayMake(folder.path / "a" / "b" / "file") == folder.path);
    CHECK(mayMakeIn(folder.path).has_value());
    CHECK(there() == 0);
    const auto path = folder.path / "file";
    write(path, "x");
    for (const auto& below : {path / "below", path / "far" / "below"}) {
        for (const auto& fault : {mayMake(below).error(), makeFolder(below).error()}) {
            CHECK_THAT(fault.detail, Catch::Contains(path.string()));
            CHECK_THAT(fault.detail, Catch::Contains("A file is where a folder should be: move it away"));
        }
    }
    CHECK(mayMakeIn(path).has_error());
    CHECK_THAT(makeFolder(path).error().detail, Catch::Contains("A file is where a folder should be: move it away"));
    const auto nowhere = replaceFile(folder.path / "no folder" / "file", "x");
    CHECK_THAT(nowhere.error().detail, Catch::Contains("Its folder must be there first."));
    CHECK(there() == 1);
#ifndef _WIN32
    std::filesystem::create_symlink(folder.path / "nowhere", folder.path / "link");
    CHECK(mayMake(folder.path / "link" / "file").has_error());
    CHECK_THAT(readWhole(folder.path / "link").error().detail, Catch::Contains("a link that leads nowhere: mend it"));
#endif
}

#ifndef _WIN32
TEST_CASE("a file that another makes and removes at that moment is there or is not, never a fault") {
    const Folder folder;
    const auto file = folder.path / "key.pem";
    std::atomic<bool> done = false;
    std::thread other([&] {
        std::error_code ignored;
        while (!done) {
            (void)createPrivate(file, "x");
            std::filesystem::remove(file, ignored);
        }
    });
    std::string fault;
    for (int i = 0; i < 20'000 && fault.empty(); ++i) {
        if (const auto text = readWhole(file); !text) fault = text.error().detail;
        if (const auto stamp = stampOf(file); !stamp) fault = stamp.error().detail;
    }
    done = true;
    other.join();
    CHECK(fault.empty());
}
#endif
