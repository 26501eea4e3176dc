// Who somebody is: tokens and the attacks on them, the provider's keys, API keys, tickets, and what slows guessing down.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <fstream>

#include "bench.hpp"
#include "identity/authenticator.hpp"
#include "identity/checks.hpp"
#include "identity/throttle.hpp"
#include "identity/tickets.hpp"

using namespace deskline;
using namespace deskline::identity;
using deskline::events::Folder;

namespace {

namespace json = boost::json;

constexpr std::int64_t noon = 1'800'000'000;  // seconds since 1970

PublicKey generated(Algorithm algorithm) {
    EVP_PKEY* key = algorithm == Algorithm::RS256   ? EVP_RSA_gen(2048)
                    : algorithm == Algorithm::ES256 ? EVP_EC_gen("P-256")
                                                    : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    return {key, &EVP_PKEY_free};
}

struct Provider {  // an identity provider's side: keys, a JWKS of them, tokens
    PublicKey key;
    Algorithm algorithm;
    std::string id;

    explicit Provider(Algorithm a, std::string keyId = "k1") : key(generated(a)), algorithm(a), id(std::move(keyId)) {}

    std::string number(const char* name) const {
        BIGNUM* value = nullptr;
        EVP_PKEY_get_bn_param(key.get(), name, &value);
        std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
        BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
        BN_free(value);
        return bytes;
    }
    static std::string padded(std::string bytes) { return std::string(32 - bytes.size(), '\0') + bytes; }
    json::object jwk() const {
        json::object jwk{{"kid", id}, {"use", "sig"}};
        if (algorithm == Algorithm::RS256) {
            jwk["kty"] = "RSA";
            jwk["n"] = encodeBase64Url(number("n"));
            jwk["e"] = encodeBase64Url(number("e"));
        } else if (algorithm == Algorithm::ES256) {
            jwk["kty"] = "EC";
            jwk["crv"] = "P-256";
            jwk["x"] = encodeBase64Url(padded(number("qx")));
            jwk["y"] = encodeBase64Url(padded(number("qy")));
        } else {
            std::string raw(32, '\0');
            std::size_t length = raw.size();
            EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(raw.data()), &length);
            jwk["kty"] = "OKP";
            jwk["crv"] = "Ed25519";
            jwk["x"] = encodeBase64Url(raw);
        }
        return jwk;
    }
    std::string sign(const std::string& text) const {
        if (algorithm == Algorithm::ES256) return signEs256(text, key);
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        std::size_t length = 0;
        const auto* data = reinterpret_cast<const unsigned char*>(text.data());
        EVP_DigestSignInit(context, nullptr, algorithm == Algorithm::EdDSA ? nullptr : EVP_sha256(), nullptr, key.get());
        EVP_DigestSign(context, nullptr, &length, data, text.size());
        std::string signature(length, '\0');
        EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &length, data, text.size());
        EVP_MD_CTX_free(context);
        return encodeBase64Url(signature.substr(0, length));
    }
    std::string signedText(const std::string& header, const std::string& claims) const {
        const auto text = encodeBase64Url(header) + "." + encodeBase64Url(claims);
        return text + "." + sign(text);
    }
    std::string alg() const { return algorithm == Algorithm::RS256 ? "RS256" : algorithm == Algorithm::ES256 ? "ES256" : "EdDSA"; }
    std::string token(const json::object& claims, json::object header = {}) const {
        json::object head{{"alg", alg()}, {"kid", id}, {"typ", "at+jwt"}};
        for (auto& member : header) head[member.key()] = member.value();
        return signedText(json::serialize(head), json::serialize(claims));
    }
};

json::object claims(json::object more = {}) {
    json::object all{{"iss", "https://login.test"}, {"aud", "deskline"}, {"sub", "ada"}, {"exp", noon + 600}, {"iat", noon - 10}, {"role", "agent"},
                     {"agents", {"1001"}}};
    for (auto& member : more) all[member.key()] = member.value();
    return all;
}

std::string jwksOf(std::initializer_list<const Provider*> providers) {
    json::array keys;
    for (const auto* provider : providers) keys.push_back(provider->jwk());
    return json::serialize(json::object{{"keys", std::move(keys)}});
}

// An issuer whose keys come from `answer`, and how often it was asked.
struct KeyDesk {
    std::string answer;
    bool down = false;
    int asked = 0;
    Issuer issuer{
        {.issuer = "https://login.test", .audience = "deskline", .jwks = "https://login.test/keys"}, [this](const std::string&, const auto& done) {
            ++asked;
            done(down ? Result<std::string>(Fault{"resource-unavailable", "nobody there"}) : Result<std::string>(boost::system::in_place_value, answer));
        }};
    Issuer::Clock::time_point time = Issuer::Clock::now();

    explicit KeyDesk(std::string keys) : answer(std::move(keys)) {}
    Result<Identity> ask(const std::string& token, std::int64_t now = noon) {
        auto jwt = parseJwt(token);
        if (!jwt) return jwt.error();
        std::optional<Result<Identity>> out;
        issuer.verify(
            std::move(*jwt), now, [&](Result<Identity> identity) { out = std::move(identity); }, time);
        return out ? *out : Result<Identity>(Fault{"internal", "no answer"});
    }
};

std::string why(const Result<Identity>& result) { return result ? "believed" : result.error().slug + ": " + result.error().detail; }

Time at(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

}  // namespace

TEST_CASE("tokens: what was issued is believed, everything else is not") {
    const Folder folder;
    const auto tokens = Tokens::open(folder.path / "key.pem", "deskline"), again = Tokens::open(folder.path / "key.pem", "deskline"),
               other = Tokens::open(folder.path / "other.pem", "deskline"), elsewhere = Tokens::open(folder.path / "key.pem", "another");
    REQUIRE(tokens.has_value());
    REQUIRE(again.has_value());
    const Identity who{.subject = "ada", .agents = {"1001"}, .expires = 1000, .groups = {"Sales"}, .scopes = {"webhooks"}};
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

TEST_CASE("the provider's tokens: RS256, ES256 and EdDSA are believed") {
    for (const auto algorithm : {Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA}) {
        const Provider provider(algorithm);
        KeyDesk desk(jwksOf({&provider}));
        const auto identity = desk.ask(provider.token(claims()));
        INFO(provider.alg() << " " << why(identity));
        REQUIRE(identity.has_value());
        CHECK(identity->account() == "issuer:ada");
        CHECK(identity->agents == std::set<std::string>{"1001"});
        CHECK(identity->proof == Proof::issuer_token);
        auto broken = provider.token(claims());
        broken[broken.size() - 10] = broken[broken.size() - 10] == 'A' ? 'B' : 'A';
        CHECK(why(desk.ask(broken)) == "not-authorized: The token's signature is wrong.");
    }
}

TEST_CASE("base64url: one text for the same bytes, and no other") {
    for (const std::string bytes : {"", "a", "ab", "abc", "abcd", "\xff\xfe"}) CHECK(decodeBase64Url(encodeBase64Url(bytes)) == bytes);
    for (const auto* wrong : {"YR", "YWF", "YWJ", "A", "AAAAA", "YQ==", "YQ ", "Y+", "Y/"}) {  // bits left over, padding, another alphabet
        INFO(wrong);
        CHECK_FALSE(decodeBase64Url(wrong));
    }
}

TEST_CASE("known attacks on tokens are refused, each with its reason") {
    const Provider rsa(Algorithm::RS256, "r1"), ec(Algorithm::ES256, "e1"), stranger(Algorithm::RS256, "r1");
    KeyDesk desk(jwksOf({&rsa, &ec}));
    REQUIRE(desk.ask(rsa.token(claims())).has_value());
    const auto refused = [&](const std::string& token, const std::string& reason) {
        const auto said = why(desk.ask(token));
        INFO(reason);
        CHECK(said.find("not-authorized: ") == 0);
        CHECK(said.find(reason) != std::string::npos);
    };
    const auto body = json::serialize(claims());
    refused(encodeBase64Url(R"({"alg":"none"})") + "." + encodeBase64Url(body) + ".", "alg must be");
    refused(encodeBase64Url(R"({"alg":"nOnE","kid":"r1"})") + "." + encodeBase64Url(body) + ".", "alg must be");
    {  // HMAC with the public key as the secret
        BIO* pem = BIO_new(BIO_s_mem());
        PEM_write_bio_PUBKEY(pem, rsa.key.get());
        char* secret = nullptr;
        const auto length = BIO_get_mem_data(pem, &secret);
        const auto text = encodeBase64Url(R"({"alg":"HS256","kid":"r1"})") + "." + encodeBase64Url(body);
        unsigned char mac[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        HMAC(EVP_sha256(), secret, static_cast<int>(length), reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
        BIO_free(pem);
        refused(text + "." + encodeBase64Url({reinterpret_cast<char*>(mac), size}), "alg must be");
    }
    refused(rsa.token(claims(), {{"alg", "ES256"}}), "signature is wrong");         // the key is of another kind
    refused(ec.token(claims(), {{"kid", "r1"}}), "signature is wrong");             // another key's name
    refused(stranger.token(claims()), "signature is wrong");                        // another key of the same name
    refused(rsa.token(claims(), {{"kid", "../../dev/null"}}), "does not publish");  // a kid is a name, never a path
    refused(rsa.token(claims(), {{"kid", "' OR 1=1 --"}}), "does not publish");
    refused(rsa.token(claims(), {{"kid", {"r1"}}}), "kid must be a text");
    refused(rsa.signedText(R"({"alg":"RS256"})", body), "names no key");  // no kid, and several keys
    refused(stranger.token(claims(), {{"kid", "new"}, {"jwk", stranger.jwk()}, {"jku", "https://evil.test/keys"}}), "does not publish");
    refused(rsa.token(claims(), {{"typ", "logout+jwt"}}), "typ must be");
    refused(rsa.token(claims(), {{"typ", 7}}), "typ must be");
    refused(rsa.token(claims(), {{"crit", {"exp"}}}), "crit");
    refused(rsa.token(claims({{"exp", noon - 61}})), "has expired");
    refused(rsa.token(claims({{"exp", "tomorrow"}})), "no end");
    refused(rsa.token(claims({{"nbf", noon + 61}})), "not valid yet");
    refused(rsa.token(claims({{"nbf", "now"}})), "not valid yet");
    refused(rsa.token(claims({{"aud", "another"}})), "another audience");
    refused(rsa.token(claims({{"aud", json::array{}}})), "another audience");
    refused(rsa.token(claims({{"iss", "https://login.test.evil"}})), "another issuer");
    refused(rsa.token(claims({{"role", "root"}})), "no known role");
    refused(rsa.token(claims({{"sub", ""}})), "no subject");
    const auto whole = rsa.token(claims());
    for (const auto length : {std::size_t{0}, whole.find('.'), whole.rfind('.'), whole.rfind('.') + 1})
        CHECK(why(desk.ask(whole.substr(0, length))).find("not-authorized: ") == 0);
    refused(whole + ".more", "three parts");
    refused(whole.substr(0, whole.size() - 20), "signature is wrong");
    refused(std::string(1 << 20, 'x'), "more than 8 KiB");
    refused(rsa.signedText(R"({"alg":"RS256","kid":"r1"})", R"({"role":"agent",)" + body.substr(1)), "stands twice");
    refused(rsa.signedText(R"({"alg":"RS256","kid":"r1"})", R"({"r\u006fle":"agent",)" + body.substr(1)), "stands twice");
    refused(rsa.signedText(R"({"alg":"none","alg":"RS256","kid":"r1"})", body), "stands twice");
    CHECK(desk.ask(rsa.token(claims({{"exp", noon - 60}}))).has_value());  // the leeway
    CHECK(desk.ask(rsa.token(claims({{"nbf", noon + 60}}))).has_value());
    CHECK(desk.ask(rsa.token(claims({{"aud", {"another", "deskline"}}}))).has_value());
}

TEST_CASE("a key set: what can be used is, what must not be public refuses it whole") {
    const Provider one(Algorithm::RS256, "r1"), two(Algorithm::EdDSA, "d1");
    CHECK(parseJwks(jwksOf({&one, &two}))->size() == 2);
    auto encryption = one.jwk(), confused = one.jwk(), leaked = one.jwk(), shared = json::object{{"kty", "oct"}, {"k", "c2VjcmV0"}};
    encryption["use"] = "enc";
    confused["alg"] = "HS256";
    leaked["d"] = "AQAB";
    const auto set = [](std::initializer_list<json::object> keys) { return json::serialize(json::object{{"keys", json::array(keys.begin(), keys.end())}}); };
    CHECK(parseJwks(set({encryption, confused, two.jwk()}))->size() == 1);
    CHECK(parseJwks(set({two.jwk(), leaked})).error().detail.find("private or shared key") != std::string::npos);
    CHECK(parseJwks(set({two.jwk(), shared})).error().detail.find("private or shared key") != std::string::npos);
    CHECK(parseJwks(set({encryption})).error().detail.find("no key that can be used") != std::string::npos);
    auto weak = one.jwk();
    weak["n"] = encodeBase64Url(std::string(128, '\xff'));  // 1024 bits
    CHECK(parseJwks(set({weak})).has_error());
    auto offCurve = Provider(Algorithm::ES256).jwk();
    offCurve["y"] = offCurve["x"];
    CHECK(parseJwks(set({offCurve})).has_error());
    for (const auto* text : {"", "{}", "[]", R"({"keys":7})", R"({"keys":[7]})", R"({"keys":[]})"}) CHECK(parseJwks(text).has_error());
}

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
    CHECK(desk.ask(after.token(claims())).has_value());  // those from before
    KeyDesk never("");
    never.down = true;
    CHECK(why(never.ask(before.token(claims()))).find("could not be had") != std::string::npos);
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
            *parseJwt(provider.token(claims())), noon, [&](const Result<Identity>& identity) { good = identity.has_value(); }, time);
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

    std::map<std::string, std::string> web{
        {"https://login.test/.well-known/openid-configuration", R"({"issuer":"https://login.test","jwks_uri":"https://login.test/keys"})"},
        {"https://login.test/keys", jwksOf({&one})}};
    const auto discovered = [&] {
        Issuer found({.issuer = "https://login.test", .audience = "deskline"},
                     [&](const std::string& url, const auto& done) { done(Result<std::string>(boost::system::in_place_value, web[url])); });
        found.tick();
        return found.health();
    };
    CHECK(discovered().keys == 1);
    web["https://login.test/.well-known/openid-configuration"] = R"({"issuer":"https://evil.test","jwks_uri":"https://login.test/keys"})";
    CHECK(discovered().fault.find("another issuer") != std::string::npos);
    web["https://login.test/.well-known/openid-configuration"] = R"({"issuer":"https://login.test","jwks_uri":"http://login.test/keys"})";
    CHECK(discovered().fault.find("no https jwks_uri") != std::string::npos);
}

TEST_CASE("claims: by name or path, the provider's own role names, defaults for groups") {
    ClaimMap map;
    map.role = "realm_access.roles";
    map.agents = "https://deskline/agents";
    map.groups = "resource.deskline.groups";
    map.scopes = "scp";
    map.roles = {{"Team leads", Role::supervisor}};
    map.defaultGroups = {"Support"};
    const auto read = [&](json::object more) { return readClaims(claims(std::move(more)), {"https://login.test", "deskline"}, map, noon); };
    const auto lead = read({{"realm_access", {{"roles", {"offline_access", "agent", "Team leads"}}}},
                            {"https://deskline/agents", {1001, "1002"}},
                            {"resource", {{"deskline", {{"groups", {"Sales", "Sales North"}}}}}},
                            {"scp", "agents:read calls:read"}});
    REQUIRE(lead.has_value());
    CHECK(lead->role == Role::supervisor);
    CHECK(lead->agents == std::set<std::string>{"1001", "1002"});
    CHECK(lead->groups == std::set<std::string>{"Sales", "Sales North"});
    CHECK(lead->scopes == std::set<std::string>{"agents:read", "calls:read"});
    const auto plain = read({{"realm_access", {{"roles", {"agent"}}}}});
    REQUIRE(plain.has_value());
    CHECK(plain->groups == std::set<std::string>{"Support"});
    CHECK_FALSE(read({{"realm_access", {{"roles", {"offline_access"}}}}}).has_value());
    CHECK_FALSE(read({{"realm_access", 7}}).has_value());
}

static Result<void> put(const std::filesystem::path& file, const KeyFile& content) {
    return updateKeyFile(file, [&](KeyFile& there) {
        there = content;
        return Result<void>();
    });
}

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
    CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::group_read) == std::filesystem::perms::none);
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
    CHECK(keys.current({.subject = "bob", .issued = 0}, at(noon)));

    std::ofstream(file) << "{broken";
    std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + std::chrono::seconds(4));
    CHECK_FALSE(keys.reload());  // what was known stays
    CHECK(keys.current({.subject = "door", .proof = Proof::certificate, .credential = "c1"}, at(noon)));
    CHECK(readKeyFile(file).has_error());
}

TEST_CASE("tickets open one stream, within thirty seconds, from the origin that they were made for") {
    Tickets tickets;
    const auto ticket = tickets.issue({"ada"}, "https://desk.test", 100);
    CHECK(tickets.redeem(ticket, "https://desk.test", 110)->subject == "ada");
    CHECK(tickets.redeem(ticket, "https://desk.test", 110).error().slug == "not-authorized");
    CHECK(tickets.redeem(tickets.issue({"ada"}, "", 100), "", 131).error().slug == "not-authorized");
    const auto stolen = tickets.issue({"ada"}, "https://desk.test", 100);
    CHECK(tickets.redeem(stolen, "https://evil.test", 110).error().slug == "forbidden");
    CHECK(tickets.redeem(stolen, "https://desk.test", 110).error().slug == "not-authorized");  // and is spent
    CHECK(tickets.redeem(tickets.issue({"ada"}, "https://desk.test", 100), "", 110).error().slug == "forbidden");
}

TEST_CASE("guessing: ten are free, then each takes twice as long; a quiet while forgives") {
    Throttle throttle(Throttle::usual);
    auto time = Throttle::Clock::now();
    for (int i = 0; i < 10; ++i) CHECK_FALSE(throttle.failed("address a", time));
    CHECK(throttle.wait("address a", time) == 0);
    CHECK(throttle.failed("address a", time));
    CHECK(throttle.wait("address a", time) == 1);
    CHECK_FALSE(throttle.failed("address a", time));  // while it waits: longer
    CHECK(throttle.wait("address a", time) == 2);
    CHECK(throttle.wait("address b", time) == 0);
    for (int i = 0; i < 20; ++i) throttle.failed("address a", time);
    CHECK(throttle.wait("address a", time) == Throttle::longest);
    time += std::chrono::seconds(Throttle::longest) + Throttle::window + std::chrono::seconds(1);
    throttle.failed("address a", time);
    CHECK(throttle.wait("address a", time) == 0);
    for (int i = 0; i < 12; ++i) throttle.failed("agent", time);
    throttle.succeeded("agent");
    CHECK(throttle.wait("agent", time) == 0);
    Throttle never(0);
    for (int i = 0; i < 100; ++i) never.failed("address a", time);
    CHECK(never.wait("address a", time) == 0);
}

TEST_CASE("what counts as a guess, by what it is counted, and whom that makes wait") {
    constexpr int free = 10;
    const std::string here = "192.0.2.7", there = "192.0.2.8", six = "2001:db8::1", sixBeside = "2001:db8::2:0:1";
    struct Row {
        const char* says;
        Shown shown;
        const char* name;
        const char* from;
        int failures;
        std::vector<std::tuple<Shown, std::string, std::string, bool>> then;  // shown, name, address: has to wait
    };
    const auto wrong = free + 1;
    const std::vector<Row> rows = {
        {"nothing shown is no guess",
         Shown::nothing,
         "",
         "192.0.2.7",
         1000,
         {{Shown::nothing, "", here, false}, {Shown::token, "", here, false}, {Shown::key, "k", here, false}}},
        {"a foreign page is no guess",
         Shown::origin,
         "",
         "192.0.2.7",
         1000,
         {{Shown::origin, "", here, false}, {Shown::token, "", here, false}, {Shown::key, "k", here, false}}},
        {"a token, by address",
         Shown::token,
         "",
         "192.0.2.7",
         wrong,
         {{Shown::ticket, "", here, true}, {Shown::token, "", there, false}, {Shown::key, "k", here, false}, {Shown::pin, "1001", here, false}}},
        {"a token, by /64",
         Shown::token,
         "",
         "2001:db8::1",
         wrong,
         {{Shown::token, "", six, true}, {Shown::token, "", sixBeside, true}, {Shown::token, "", "2001:db8:0:1::1", false}}},
        {"a mapped address is the same", Shown::token, "", "::ffff:192.0.2.7", wrong, {{Shown::token, "", here, true}}},
        {"ten are free", Shown::token, "", "192.0.2.7", free, {{Shown::token, "", here, false}}},
        {"a ticket, by address", Shown::ticket, "", "192.0.2.7", wrong, {{Shown::token, "", here, true}, {Shown::key, "k", here, false}}},
        {"a certificate, by address", Shown::certificate, "", "192.0.2.7", wrong, {{Shown::certificate, "", here, true}, {Shown::key, "k", here, false}}},
        {"a key that there is none of, by address",
         Shown::unknown_key,
         "",
         "192.0.2.7",
         wrong,
         {{Shown::unknown_key, "", here, true}, {Shown::key, "k", here, false}}},
        {"a secret, by key and address",
         Shown::key,
         "k",
         "192.0.2.7",
         wrong,
         {{Shown::key, "k", here, true}, {Shown::key, "k", there, false}, {Shown::key, "other", here, false}, {Shown::token, "", here, false}}},
        {"a PIN, by agent and address",
         Shown::pin,
         "1001",
         "192.0.2.7",
         wrong,
         {{Shown::pin, "1001", here, true}, {Shown::pin, "1001", there, false}, {Shown::pin, "1002", here, false}, {Shown::token, "", here, false}}},
        {"a PIN, by agent at three times as many",
         Shown::pin,
         "1001",
         "192.0.2.7",
         3 * free + 1,
         {{Shown::pin, "1001", there, true}, {Shown::pin, "1002", here, false}}},
    };
    for (const auto& row : rows) {
        INFO(row.says);
        Throttle throttle(free);
        const auto time = Throttle::Clock::now();
        for (int i = 0; i < row.failures; ++i) throttle.failed(countersOf(row.shown, row.from, row.name), time);
        for (const auto& [shown, name, from, waits] : row.then) {
            INFO(static_cast<int>(shown) << " " << name << " " << from);
            CHECK((throttle.wait(countersOf(shown, from, name), time) > 0) == waits);
            const auto after = time + std::chrono::seconds(Throttle::longest + 1);
            CHECK(throttle.wait(countersOf(shown, from, name), after) == 0);
        }
    }
}

TEST_CASE("a throttle remembers so many, and forgets first who failed longest ago") {
    Throttle throttle(1);
    const auto time = Throttle::Clock::now();
    for (int i = 0; i < 5; ++i) throttle.failed("first", time);
    for (std::size_t i = 0; i < Throttle::most - 1; ++i) throttle.failed(std::to_string(i), time);
    CHECK(throttle.size() == Throttle::most);
    CHECK(throttle.wait("first", time) > 0);
    throttle.failed("one more", time);
    CHECK(throttle.size() == Throttle::most);
    CHECK(throttle.wait("first", time) == 0);
}

TEST_CASE("a throttle: whoever fails from many addresses makes nobody forget the guesses at a PIN or a key") {
    Throttle throttle(1);
    const auto time = Throttle::Clock::now();
    const auto pin = countersOf(Shown::pin, "192.0.2.7", "1001"), key = countersOf(Shown::key, "192.0.2.7", "k1");
    for (int i = 0; i < 5; ++i) {
        throttle.failed(pin, time);
        throttle.failed(key, time);
    }
    for (std::size_t i = 0; i < 2 * Throttle::most; ++i)
        throttle.failed(countersOf(Shown::token, fmt::format("2001:db8:{:x}:{:x}::1", i >> 16, i & 0xffff)), time);
    CHECK(throttle.wait(pin, time) > 0);
    CHECK(throttle.wait(countersOf(Shown::pin, "198.51.100.9", "1001"), time) > 0);  // from anywhere
    CHECK(throttle.wait(key, time) > 0);
    CHECK(throttle.size() == Throttle::most + 3);
}

TEST_CASE("secrets that wait to be hashed: a stranger leaves room for others") {
    Checks checks;
    int taken = 0;
    while (checks.begin("k1", "192.0.2.7")) ++taken;
    CHECK(taken == Checks::ofAddress);
    CHECK_FALSE(checks.begin("k2", "192.0.2.7"));
    for (int from = 0; checks.begin("k1", std::to_string(from)); ++from) ++taken;
    CHECK(taken == Checks::ofKey);
    CHECK(checks.begin("k2", "192.0.2.8"));
    ++taken;
    for (int other = 0; checks.begin(std::to_string(other), std::to_string(other)); ++other) ++taken;
    CHECK(taken == Checks::most);
    checks.end("k2", "192.0.2.8");
    CHECK(checks.begin("k9", "192.0.2.9"));
    for (int i = 0; i < Checks::ofAddress; ++i) checks.end("k1", "192.0.2.7");
    CHECK(checks.begin("k1", "192.0.2.7"));
}

TEST_CASE("base64url has one spelling") {
    for (const auto* text : {"", "AA", "AAA", "AAAA", "AQ", "_w", "-_8", "Zm9v", "Zm9vYg", "Zm9vYmE"}) {
        const auto bytes = decodeBase64Url(text);
        INFO(text);
        REQUIRE(bytes);
        CHECK(encodeBase64Url(*bytes) == text);
    }
    for (const auto* text : {"A",   "AAAAA", "AB",  "AP",   "AAB", "AAD",  "Zm9vYh", "Zm9vYmF", "AA==", "AAA=",
                             "AA=", "=",     "A A", "AA\n", " AA", "AA+/", "+w",     "/w",      "A.",   "\xc3\xa4"}) {
        INFO(text);
        CHECK_FALSE(decodeBase64Url(text));
    }
    const Folder folder;
    const auto tokens = Tokens::open(folder.path / "key.pem", "deskline");
    const auto token = (*tokens)->issue({.subject = "ada", .expires = 1000}, 100);
    REQUIRE((*tokens)->verify(token, 500).has_value());
    int believed = 0;
    for (const char last : std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="))
        believed += (*tokens)->verify(token.substr(0, token.size() - 1) + last, 500).has_value();
    CHECK(believed == 1);
}
