#include <catch2/catch.hpp>

#include <fstream>

#include "identity/keys.hpp"
#include "unit/folder.hpp"
#include "unit/identity/provider.hpp"

using namespace deskline;
using namespace deskline::identity;
using tests::Folder;

namespace {

Result<void> put(const std::filesystem::path& file, const KeyFile& content) {
    return updateKeyFile(file, [&](KeyFile& there) {
        there = content;
        return Result<void>();
    });
}

}  // namespace

TEST_CASE("API keys: shown once, hashed, revoked and expired at once") {
    const Folder folder;
    const auto file = folder.path / "keys.json";
    CHECK(readKeyFile(file)->keys.empty());
    const auto made = makeKey({.name = "crm", .scopes = {"agents:read"}, .groups = {"Sales"}, .createdAt = at(noon)});
    auto expiring = makeKey({.name = "soon", .scopes = {}, .expiresAt = at(noon + 10)});
    const Key door{.id = "c1", .name = "door", .certificate = "CN=door"};
    REQUIRE(put(file, {{made.key, expiring.key, door}, {}}).has_value());
    {
        std::ifstream in(file);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        CHECK(text.find(made.secret.substr(20)) == std::string::npos);
        CHECK(text.find(*made.key.hash) != std::string::npos);
    }
#ifndef _WIN32
    CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::group_read) ==
          std::filesystem::perms::none);
#endif
    Keys keys(file);
    CHECK(keys.reload());
    CHECK_FALSE(keys.reload());
    CHECK_FALSE(keys.known(made.secret, at(noon)));  // never seen: it has to be hashed
    const auto identity = keys.verify(made.secret, at(noon));
    REQUIRE(identity.has_value());
    CHECK(identity->account() == "key:crm");
    CHECK(identity->role == Role::integration);
    CHECK(keys.known(made.secret, at(noon))->has_value());
    CHECK(keys.takeUses() == std::map<std::string, Time>{{made.key.id, at(noon)}});
    auto wrong = made.secret;
    wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
    CHECK_FALSE(keys.verify(wrong, at(noon)).has_value());
    CHECK_FALSE(keys.verify("dlk_", at(noon)).has_value());
    CHECK_FALSE(keys.verify("dlk_" + std::string(12, '0') + "_x", at(noon)).has_value());
    CHECK(keys.verify(expiring.secret, at(noon + 9)).has_value());
    CHECK_FALSE(keys.verify(expiring.secret, at(noon + 10)).has_value());
    CHECK(keys.certificate({"CN=other", "CN=door"}, at(noon))->account() == "certificate:door");
    CHECK_FALSE(keys.certificate({"CN=other"}, at(noon)).has_value());

    auto content = *readKeyFile(file);
    content.keys[0].revokedAt = at(noon + 1);
    content.revocations.push_back({"ada", at(noon)});
    REQUIRE(put(file, content).has_value());
    std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + std::chrono::seconds(2));
    CHECK_FALSE(keys.known(made.secret, at(noon)));  // it has to be hashed again, since the file is another
    CHECK(keys.changed());
    CHECK_FALSE(keys.current(*identity, at(noon)));
    CHECK_FALSE(keys.verify(made.secret, at(noon)).has_value());
    CHECK_FALSE(keys.current({.subject = "ada", .issued = noon - 1}, at(noon)));
    CHECK(keys.current({.subject = "ada", .issued = noon}, at(noon)));
    CHECK(keys.current({.subject = "ada", .issued = noon}, at(noon))->owner() !=
          Identity{.subject = "ada", .issued = noon}.owner());
    CHECK(keys.current({.subject = "bob", .issued = 0}, at(noon)));

    std::ofstream(file) << "{broken";
    std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + std::chrono::seconds(4));
    CHECK_FALSE(keys.reload());  // what was known stays
    CHECK(keys.current({.subject = "door", .proof = Proof::certificate, .credential = "c1"}, at(noon)));
    CHECK(readKeyFile(file).has_error());
}
