// The keys' file: revocations hold, changes at one time, one living owner.
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "identity/keys.hpp"
#include "model/shared_file.hpp"
#include "unit/folder.hpp"
#include "unit/unreadable_file.hpp"

using namespace deskline;
using namespace deskline::tests;

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
    for (const auto* text : {"", "{", "[]", R"({"keys": []})"})
        all.push_back({text, [text](auto& file) { write(file, text); }});
    for (const auto& how : all) {
        INFO(how.name);
        hide(path, how);
        CHECK(holds());
        CHECK(keys.fault().find(path.string()) != std::string::npos);
        CHECK(Keys(path).open().has_error());  // another gateway does not start with fewer keys either
        CHECK(readKeyFile(path).has_error());
        CHECK(change([](KeyFile&) {}).has_error());
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        std::filesystem::rename(path.string() + ".kept", path);
        CHECK(holds());
        CHECK(keys.fault().empty());
    }
    std::filesystem::remove(path);
    std::filesystem::remove(path.string() + ".lock");  // without a lock file it is the first start, with no keys
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
                if (!updateKeyFile(path,
                                   [&](KeyFile& file) { return addKey(file, {.id = id, .name = "key " + id}, time); }))
                    ++failed;
                if (!updateKeyFile(path, [&](KeyFile& file) -> Result<void> {
                        revokeTokens(file, "subject " + id, time);
                        return {};
                    }))
                    ++failed;
            }
            if (updateKeyFile(path, [&](KeyFile& file) {
                    return addKey(file, {.id = "twin " + std::to_string(thread), .name = "twin"}, time);
                }))
                ++twins;
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

namespace {

// A key that lives, and the same one when it was revoked and when it expired, an hour ago.
struct States {
    Time time = now(), before = time - std::chrono::hours(1);
    identity::Key living{.id = "a1", .name = "crm", .certificate = "CN=crm"}, revoked = living, expired = living;
    States() {
        revoked.revokedAt = before;
        expired.expiresAt = before;
    }
};

}  // namespace

TEST_CASE("names, certificates and ids have one living owner; what is void stands in nobody's way") {
    using namespace deskline::identity;
    const auto& [time, before, living, revoked, expired] = States();
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
        {"a name and certificate that were revoked",
         revoked,
         {.id = "b2", .name = "crm", .certificate = "CN=crm"},
         true},
        {"a name and certificate that have expired",
         expired,
         {.id = "b2", .name = "crm", .certificate = "CN=crm"},
         true},
        {"another", living, {.id = "b2", .name = "erp", .certificate = "CN=erp"}, true},
    };
    for (const auto& row : rows) {
        INFO(row.name);
        KeyFile file{{row.there}, {}};
        const auto added = addKey(file, row.next, time);
        CHECK(added.has_value() == row.taken);
        if (!added) CHECK(added.error().slug.text() == "invalid-argument");
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
}

TEST_CASE("a file has room for so many keys, void ones too") {
    using namespace deskline::identity;
    const States keys;
    KeyFile file;
    for (std::size_t i = 0; i < mostKeys; ++i)
        file.keys.push_back({.id = std::to_string(i), .name = "n" + std::to_string(i), .revokedAt = keys.before});
    CHECK(addKey(file, keys.living, keys.time).has_error());
}

TEST_CASE("a revocation by name is of the living key first; none is put off by a second one or by a clock set back") {
    using namespace deskline::identity;
    const auto& [time, before, living, revoked, expired] = States();
    KeyFile file{{revoked, expired, living}, {}};
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
