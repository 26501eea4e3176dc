#include <catch2/catch.hpp>

#include <fstream>

#include "identity/authenticator.hpp"
#include "identity/tokens.hpp"
#include "unit/folder.hpp"
#include "unit/identity/provider.hpp"

using namespace deskline;
using namespace deskline::identity;
using tests::Folder;

TEST_CASE("tokens: what was issued is believed, everything else is not") {
    const Folder folder;
    const auto tokens = Tokens::open(folder.path / "key.pem", "deskline"),
               again = Tokens::open(folder.path / "key.pem", "deskline"),
               other = Tokens::open(folder.path / "other.pem", "deskline"),
               elsewhere = Tokens::open(folder.path / "key.pem", "another");
    REQUIRE(tokens.has_value());
    REQUIRE(again.has_value());
    const Identity who{
        .subject = "ada", .agents = {"1001"}, .expires = 1000, .groups = {"Sales"}, .scopes = {"webhooks"}};
    const auto token = (*tokens)->issue(who, 100);
    const auto read = (*again)->verify(token, 500);
    REQUIRE(read.has_value());
    CHECK(read->subject == "ada");
    CHECK(read->agents == who.agents);
    CHECK(read->groups == who.groups);
    CHECK(read->scopes == who.scopes);
    CHECK(read->issued == 100);
    CHECK((*tokens)->verify(token, 1060).has_value());  // a minute of leeway
    CHECK_FALSE((*tokens)->verify(token, 1061).has_value());
    CHECK_FALSE((*other)->verify(token, 500).has_value());
    CHECK_FALSE((*elsewhere)->verify(token, 500).has_value());
    auto forged = token;
    forged[token.find('.') + 3] ^= 1;
    CHECK_FALSE((*tokens)->verify(forged, 500).has_value());
    CHECK_FALSE((*tokens)->verify(token.substr(0, token.size() - 4), 500).has_value());
    CHECK_FALSE((*tokens)->verify("", 500).has_value());
    std::ofstream(folder.path / "broken.pem") << "no key";
    CHECK(Tokens::open(folder.path / "broken.pem", "deskline").has_error());
}
