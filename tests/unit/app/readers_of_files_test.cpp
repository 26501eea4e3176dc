#include <catch2/catch.hpp>

#include "host/configuration_reader.hpp"
#include "identity/issuer.hpp"
#include "identity/keys.hpp"
#include "identity/tokens.hpp"
#include "net/transport/tls_context.hpp"
#include "unit/folder.hpp"
#include "unit/unreadable_file.hpp"

using namespace deskline;
using namespace deskline::tests;

TEST_CASE("no reader takes what cannot be read for nothing") {
    const Folder folder;
    const auto path = folder.path / "file";
    const auto other = (folder.path / "other.pem").string();
    net::TicketKeys tickets;
    const std::pair<const char*, std::function<bool()>> readers[] = {
        {"keys", [&] { return identity::readKeyFile(path).has_error() && identity::Keys(path).open().has_error(); }},
        {"a change of the keys",
         [&] { return identity::updateKeyFile(path, [](auto&) { return Result<void>(); }).has_error(); }},
        {"the local key", [&] { return identity::Tokens::open(path, "deskline").has_error(); }},
        {"the issuer's keys",
         [&] { return identity::Issuer({.issuer = "company", .jwks = path.string()}, {}).open().has_error(); }},
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
            CHECK(std::filesystem::symlink_status(path).type() !=
                  std::filesystem::file_type::not_found);  // and it was not created
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
