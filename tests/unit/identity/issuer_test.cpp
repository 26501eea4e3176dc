// The provider's keys: fetched, kept, waited for.
#include <catch2/catch.hpp>

#include <fstream>

#include "identity/issuer.hpp"
#include "model/failpoint.hpp"
#include "unit/folder.hpp"
#include "unit/identity/provider.hpp"

using namespace deskline;
using namespace deskline::identity;
using tests::Folder;

TEST_CASE("the provider's keys: fetched again for an unknown key at most every 30 s, kept while it is down") {
    const Provider before(Algorithm::ES256, "before"), after(Algorithm::ES256, "after");
    KeyDesk desk(jwksOf({&before}));
    REQUIRE(desk.ask(before.token(claims())).has_value());
    CHECK(desk.asked == 1);
    CHECK(desk.ask(before.token(claims())).has_value());
    CHECK(desk.asked == 1);
    desk.answer = jwksOf({&before, &after});                   // rotated
    CHECK_FALSE(desk.ask(after.token(claims())).has_value());  // too soon after the last
    CHECK(desk.asked == 1);
    desk.time += Issuer::again;
    CHECK(desk.ask(after.token(claims())).has_value());
    CHECK(desk.asked == 2);
    desk.down = true;
    desk.time += std::chrono::seconds(601);
    desk.issuer.tick(desk.time);  // in the background
    CHECK(desk.asked == 3);
    CHECK(desk.issuer.health().fault == "nobody there");
    CHECK(desk.ask(before.token(claims())).has_value());
    desk.issuer.tick(desk.time + std::chrono::seconds(29));
    CHECK(desk.asked == 3);
    desk.issuer.tick(desk.time + std::chrono::seconds(31));
    CHECK(desk.asked == 4);
    desk.down = false;
    auto leaked = after.jwk();
    leaked["d"] = "AQAB";
    desk.answer = json::serialize(json::object{{"keys", {leaked}}});
    desk.issuer.tick(desk.time + std::chrono::seconds(1000));
    CHECK(desk.asked == 5);
    CHECK(desk.issuer.health().fault.find("private") != std::string::npos);
    CHECK(desk.ask(after.token(claims())).has_value());  // the keys from before
    CHECK(desk.issuer.fault().empty());                  // they stay good
    KeyDesk never("");
    CHECK(never.issuer.fault().empty());  // no token has come yet
    never.down = true;
    const auto unlooked = never.ask(before.token(claims()));
    CHECK(why(unlooked).find("could not be had") != std::string::npos);
    CHECK(unlooked.error().slug.text() == "resource-unavailable");  // it is no guess
    CHECK_THAT(never.issuer.fault(), Catch::StartsWith("There are no keys of https://login.test, so its tokens are"));
    CHECK_THAT(never.issuer.fault(), Catch::Contains("nobody there"));
    never.down = false;
    never.answer = "{\"keys\":[]}";
    never.issuer.tick(never.time + std::chrono::seconds(31));
    CHECK_THAT(never.issuer.fault(), Catch::Contains("holds no key that can be used"));
    never.answer = jwksOf({&before});
    never.issuer.tick(never.time + std::chrono::seconds(62));
    CHECK(never.issuer.fault().empty());
    never.down = true;
    never.issuer.tick(never.time + std::chrono::seconds(700));
    CHECK(never.issuer.health().fault == "nobody there");
    CHECK(never.issuer.fault().empty());
}

TEST_CASE("the provider's keys from a file, read again when it changes; by discovery, for this issuer alone") {
    const Folder folder;
    const auto file = folder.path / "keys.json";
    const Provider one(Algorithm::EdDSA, "one"), two(Algorithm::EdDSA, "two");
    std::ofstream(file) << jwksOf({&one});
    Issuer issuer({.issuer = "https://login.test", .audience = "deskline", .jwks = file.string()}, nullptr);
    auto time = Issuer::Clock::now();
    const auto ask = [&](const Provider& provider) {
        bool good = false;
        issuer.verify(
            *parseJwt(provider.token(claims())), noon,
            [&](const Result<Identity>& identity) { good = identity.has_value(); }, time);
        return good;
    };
    issuer.tick(time);
    CHECK(ask(one));
    CHECK_FALSE(ask(two));
    std::ofstream(file) << jwksOf({&two});
    std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + std::chrono::seconds(2));
    issuer.tick(time + std::chrono::seconds(1));
    CHECK(ask(two));
    CHECK_FALSE(ask(one));

    std::map<std::string, std::string> web{{"https://login.test/.well-known/openid-configuration",
                                            R"({"issuer":"https://login.test","jwks_uri":"https://login.test/keys"})"},
                                           {"https://login.test/keys", jwksOf({&one})}};
    const auto discovered = [&] {
        Issuer found({.issuer = "https://login.test", .audience = "deskline"},
                     [&](const std::string& url, const auto& done) { done(web[url]); });
        found.tick();
        return found.health();
    };
    CHECK(discovered().keys == 1);
    web["https://login.test/.well-known/openid-configuration"] =
        R"({"issuer":"https://evil.test","jwks_uri":"https://login.test/keys"})";
    CHECK(discovered().fault.find("another issuer") != std::string::npos);
    web["https://login.test/.well-known/openid-configuration"] =
        R"({"issuer":"https://login.test","jwks_uri":"http://login.test/keys"})";
    CHECK(discovered().fault.find("no https jwks_uri") != std::string::npos);
}

TEST_CASE(
    "tokens that wait for the keys of their issuer: so many; those beyond are refused at once, and all are answered") {
    using identity::encodeBase64Url, identity::Issuer;
    std::function<void(Result<std::string>)> fetched;
    int asked = 0;
    Issuer issuer({.issuer = "https://login.test", .audience = "deskline", .jwks = "https://login.test/keys"},
                  [&](const std::string&, auto done) {
                      ++asked;
                      fetched = std::move(done);
                  });
    const auto token = identity::parseJwt(encodeBase64Url(R"({"alg":"ES256","kid":"one"})") + "." +
                                          encodeBase64Url("{}") + "." + encodeBase64Url(std::string(64, 'x')));
    REQUIRE(token.has_value());
    std::size_t answered = 0;
    const auto ask = [&](std::size_t times) {
        for (std::size_t i = 0; i < times; ++i)
            issuer.verify(*token, 0, [&](const Result<identity::Identity>& identity) {
                REQUIRE(identity.has_error());
                CHECK(identity.error().slug.text() == "resource-unavailable");  // nobody could look at it
                ++answered;
            });
    };
    ask(Issuer::mostWaiting);
    CHECK(answered == 0);
    ask(100);
    CHECK(answered == 100);
    CHECK(asked == 1);
    fetched(Fault{"resource-unavailable", "nobody there"});
    CHECK(answered == Issuer::mostWaiting + 100);
}

TEST_CASE(
    "ending: a token that waits for the provider's keys is refused when the issuer stops, and none waits after that") {
    int asked = 0;
    identity::Issuer issuer({.issuer = "https://login.test", .audience = "deskline", .jwks = "https://login.test/keys"},
                            [&](const std::string&, const auto&) { ++asked; });  // never answers
    const auto token = identity::parseJwt(
        "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLnRlc3QifQ."
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    REQUIRE(token.has_value());
    int refused = 0;
    const auto count = [&](const Result<identity::Identity>& identity) { refused += identity ? 0 : 1; };
    issuer.verify(*token, 0, count);
    CHECK(refused == 0);
    CHECK(asked == 1);
    issuer.stop();
    CHECK(refused == 1);
    issuer.verify(*token, 0, count, identity::Issuer::Clock::now() + 2 * identity::Issuer::again);
    CHECK(refused == 2);
    CHECK(asked == 1);
}
