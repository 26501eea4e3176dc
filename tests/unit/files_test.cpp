// Files that others may write, or must not read: what each of their states means, one table for every reader.
#include <catch2/catch.hpp>

#include <fstream>
#include <thread>
#ifndef _WIN32
#include <sys/resource.h>
#include <sys/stat.h>
#endif

#include "bench.hpp"
#include "host/configuration.hpp"
#include "identity/issuer.hpp"
#include "identity/keys.hpp"
#include "identity/tokens.hpp"
#include "model/file_lock.hpp"
#include "model/shared_file.hpp"
#include "model/watched_file.hpp"
#include "net/transport/tls_context.hpp"

using namespace deskline;
using events::Folder;

namespace {

void write(const std::filesystem::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

// A way in which what should be a file cannot be read, whoever asks (the tests may run as root, whom no mode keeps out).
struct Unreadable {
    const char* name;
    std::function<void(const std::filesystem::path&)> make;
};

std::vector<Unreadable> unreadable() {
    std::vector<Unreadable> all{{"a folder", [](auto& path) { std::filesystem::create_directory(path); }}, {"too long", [](auto& path) {
                                                                                                                write(path, "{}");
                                                                                                                std::filesystem::resize_file(path,
                                                                                                                                             mostRead + 1);
                                                                                                            }}};
#ifndef _WIN32
    all.push_back({"a link in a circle", [](auto& path) { std::filesystem::create_symlink(path, path); }});
    all.push_back({"a link to nowhere", [](auto& path) { std::filesystem::create_symlink(path.parent_path() / "nowhere", path); }});
    all.push_back({"a pipe", [](auto& path) { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }});
#endif
    return all;
}

// Puts what cannot be read in the place of a file, and takes it away again.
void hide(const std::filesystem::path& path, const Unreadable& how) {
    std::error_code ignored;
    std::filesystem::rename(path, path.string() + ".kept", ignored);
    how.make(path);
}
void show(const std::filesystem::path& path) {
    std::filesystem::remove(path);
    std::filesystem::rename(path.string() + ".kept", path);
}

}  // namespace

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

TEST_CASE("no reader takes what cannot be read for nothing") {
    const Folder folder;
    const auto path = folder.path / "file";
    const auto other = (folder.path / "other.pem").string();
    net::TicketKeys tickets;
    const std::pair<const char*, std::function<bool()>> readers[] = {
        {"keys", [&] { return identity::readKeyFile(path).has_error() && identity::Keys(path).open().has_error(); }},
        {"a change of the keys", [&] { return identity::updateKeyFile(path, [](auto&) { return Result<void>(); }).has_error(); }},
        {"the local key", [&] { return identity::Tokens::open(path, "deskline").has_error(); }},
        {"the issuer's keys", [&] { return identity::Issuer({.issuer = "company", .jwks = path.string()}, {}).open().has_error(); }},
        {"the own private key", [&] { return net::makeCertificate(folder.path / "c.pem", path, "host").has_error(); }},
        {"the own certificate", [&] { return net::makeCertificate(path, folder.path / "k.pem", "host").has_error(); }},
        {"a given certificate",
         [&] {
             return net::makeTlsContext({path, other, {}, {}}, tickets).has_error();
         }},
        {"a given key",
         [&] {
             return net::makeTlsContext({other, path, {}, {}}, tickets).has_error();
         }},
        {"the configuration",
         [&] {
             host::Configuration unused;
             return !host::read(unused, path, [](auto&) { return std::nullopt; }).empty();
         }},
    };
    REQUIRE(net::makeCertificate(other, folder.path / "other-key.pem", "host").has_value());
    for (const auto& how : unreadable())
        for (const auto& [reader, refuses] : readers) {
            INFO(reader << ", " << how.name);
            how.make(path);
            CHECK(refuses());
            CHECK(std::filesystem::symlink_status(path).type() != std::filesystem::file_type::not_found);  // and was left as it is
            CHECK_FALSE(std::filesystem::exists(folder.path / "nowhere"));
            std::filesystem::remove(path);
            std::filesystem::remove(folder.path / "k.pem");
        }
    for (const auto* empty : {"", "\n", "{}", "nonsense"}) {  // a file that is there, and says nothing
        INFO(empty);
        write(path, empty);
        CHECK(identity::readKeyFile(path).has_error());
        CHECK(identity::Tokens::open(path, "deskline").has_error());
        CHECK(net::makeCertificate(folder.path / "c.pem", path, "host").has_error());
        CHECK(**readWhole(path) == empty);
    }
}

TEST_CASE("keys that cannot be read, or are gone, leave revocations as they were known") {
    using namespace deskline::identity;
    const Folder folder;
    const auto path = folder.path / "keys.json";
    const Time time = now();
    const auto change = [&](auto what) {
        return updateKeyFile(path, [&](KeyFile& file) -> Result<void> {
            what(file);
            return {};
        });
    };
    REQUIRE(change([&](KeyFile& file) {
                revokeTokens(file, "ada", time);
                file.keys.push_back({.id = "c1", .name = "crm", .certificate = "CN=crm"});
            }).has_value());
    Keys keys(path);
    REQUIRE(keys.open().has_value());
    const auto holds = [&] {
        keys.reload();
        return !keys.current({.subject = "ada", .issued = 0}, time) && keys.certificate({"CN=crm"}, time).has_value();
    };
    CHECK(holds());
    CHECK(keys.fault().empty());
    auto all = unreadable();
    all.push_back({"not there", [](auto&) {}});
    for (const auto* text : {"", "{", "[]", R"({"keys": []})"}) all.push_back({text, [text](auto& file) { write(file, text); }});
    for (const auto& how : all) {
        INFO(how.name);
        hide(path, how);
        CHECK(holds());
        CHECK(keys.fault().find(path.string()) != std::string::npos);
        CHECK(Keys(path).open().has_error());  // nor does another gateway begin with less
        CHECK(readKeyFile(path).has_error());
        CHECK(change([](KeyFile&) {}).has_error());
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        std::filesystem::rename(path.string() + ".kept", path);
        CHECK(holds());
        CHECK(keys.fault().empty());
    }
    std::filesystem::remove(path);
    std::filesystem::remove(path.string() + ".lock");  // and so it is begun without any
    CHECK(Keys(path).open().has_value());
}

TEST_CASE("of changes at one time none is lost, and a name has one living owner") {
    using namespace deskline::identity;
    const Folder folder;
    const auto path = folder.path / "new" / "keys.json";
    const Time time = now();
    constexpr int several = 8, each = 5;
    std::vector<std::thread> threads;
    std::atomic<int> twins{0}, failed{0};
    for (int thread = 0; thread < several; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < each; ++i) {
                const auto id = std::to_string(thread) + "-" + std::to_string(i);
                if (!updateKeyFile(path, [&](KeyFile& file) { return addKey(file, {.id = id, .name = "key " + id}, time); })) ++failed;
                if (!updateKeyFile(path, [&](KeyFile& file) -> Result<void> {
                        revokeTokens(file, "subject " + id, time);
                        return {};
                    }))
                    ++failed;
            }
            if (updateKeyFile(path, [&](KeyFile& file) { return addKey(file, {.id = "twin " + std::to_string(thread), .name = "twin"}, time); })) ++twins;
        });
    for (auto& thread : threads) thread.join();
    const auto file = readKeyFile(path);
    REQUIRE(file.has_value());
    CHECK(failed == 0);
    CHECK(twins == 1);
    CHECK(file->keys.size() == several * each + 1);
    CHECK(file->revocations.size() == several * each);
    int files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path.parent_path())) ++files;
    CHECK(files == 2);  // it and its lock
    write(nameBeside(path), "of somebody who was killed in the middle");
    REQUIRE(updateKeyFile(path, [](KeyFile&) { return Result<void>(); }).has_value());
    const auto refused = updateKeyFile(path, [](KeyFile& all) -> Result<void> {
        all.keys.clear();
        return Fault{"invalid-argument", "no"};
    });
    CHECK(refused.has_error());
    CHECK(readKeyFile(path)->keys.size() == several * each + 1);
    files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path.parent_path())) ++files;
    CHECK(files == 2);
}

TEST_CASE("names, certificates and ids have one living owner; what is void stands in nobody's way") {
    using namespace deskline::identity;
    const Time time = now(), before = time - std::chrono::hours(1);
    const Key living{.id = "a1", .name = "crm", .certificate = "CN=crm"};
    Key revoked = living, expired = living;
    revoked.revokedAt = before;
    expired.expiresAt = before;
    struct Row {
        const char* name;
        Key there, next;
        bool taken;
    };
    const Row rows[] = {
        {"the name of a living key", living, {.id = "b2", .name = "crm"}, false},
        {"the certificate of a living key", living, {.id = "b2", .name = "other", .certificate = "CN=crm"}, false},
        {"the id of a key", living, {.id = "a1", .name = "other"}, false},
        {"the id of a revoked key", revoked, {.id = "a1", .name = "other"}, false},
        {"a name that is an id", living, {.id = "b2", .name = "a1"}, false},
        {"an id that is a name", living, {.id = "crm", .name = "other"}, false},
        {"a name and certificate that were revoked", revoked, {.id = "b2", .name = "crm", .certificate = "CN=crm"}, true},
        {"a name and certificate that have expired", expired, {.id = "b2", .name = "crm", .certificate = "CN=crm"}, true},
        {"another", living, {.id = "b2", .name = "erp", .certificate = "CN=erp"}, true},
    };
    for (const auto& row : rows) {
        INFO(row.name);
        KeyFile file{{row.there}, {}};
        const auto added = addKey(file, row.next, time);
        CHECK(added.has_value() == row.taken);
        if (!added) CHECK(added.error().slug == "invalid-argument");
        CHECK(file.keys.size() == (row.taken ? 2 : 1));
        if (!row.taken || !row.next.certificate) continue;
        const Folder folder;
        const auto written = updateKeyFile(folder.path / "keys.json", [&](KeyFile& all) {
            all = file;
            return Result<void>();
        });
        REQUIRE(written.has_value());
        Keys keys(folder.path / "keys.json");
        REQUIRE(keys.open().has_value());
        CHECK(keys.certificate({*row.next.certificate}, time)->credential == "b2");  // the living one, not the first
    }
    KeyFile file;
    for (std::size_t i = 0; i < mostKeys; ++i) file.keys.push_back({.id = std::to_string(i), .name = "n" + std::to_string(i), .revokedAt = before});
    CHECK(addKey(file, living, time).has_error());

    file = {{revoked, expired, living}, {}};
    file.keys[0].id = "r1";
    file.keys[1].id = "e1";
    CHECK(revokeKey(file, "crm", time)->key.id == "a1");  // the living one first
    CHECK(revokeKey(file, "crm", time)->key.id == "e1");
    const auto nobody = revokeKey(file, "crm", time);
    REQUIRE(nobody.has_error());
    CHECK(nobody.error().detail.find("was revoked at") != std::string::npos);
    CHECK(revokeKey(file, "r1", time)->before);
    CHECK(revokeKey(file, "r1", time)->key.revokedAt == before);
    CHECK(revokeKey(file, "nobody", time).error().detail.find("there is no key") != std::string::npos);
    revokeTokens(file, "ada", time);
    const auto until = file.revocations[0].before;
    revokeTokens(file, "ada", before);  // by a clock that was set back
    REQUIRE(file.revocations.size() == 1);
    CHECK(file.revocations[0].before == until);
}

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
        CHECK(second.error().slug == "in-use");
        CHECK(second.error().detail == "process 1, at https://127.0.0.1:8443");
        REQUIRE(first->say("process 1").has_value());
        CHECK(FileLock::take(path, {}).error().detail == "process 1");
    }
    CHECK(FileLock::take(path, {}).has_value());
    CHECK(FileLock::take(folder.path / "no folder" / "lock", {}).error().slug == "configuration");
    for (const auto& how : unreadable()) {
        if (std::string_view(how.name) == "too long" || std::string_view(how.name) == "a pipe") continue;  // a lock needs no content
        INFO(how.name);
        how.make(folder.path / "bad");
        CHECK(FileLock::take(folder.path / "bad", {}).error().slug == "configuration");
        CHECK_FALSE(std::filesystem::exists(folder.path / "nowhere"));
        std::filesystem::remove(folder.path / "bad");
    }
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
    for (const auto& entry : std::filesystem::directory_iterator(folder.path)) files += entry.path().filename().string().ends_with(".new");
    CHECK(files == 0);
}
