// Signed tokens, and the attacks on them.
#include <fmt/format.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <catch2/catch.hpp>

#include "identity/jwt.hpp"
#include "identity/tokens.hpp"
#include "unit/failing_memory.hpp"
#include "unit/identity/provider.hpp"

using namespace deskline;
using namespace deskline::identity;

TEST_CASE("the provider's tokens: RS256, ES256 and EdDSA are believed") {
    for (const auto algorithm : {Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA}) {
        const Provider provider(algorithm);
        KeyDesk desk(jwksOf({&provider}));
        const auto identity = desk.ask(provider.token(claims()));
        INFO(provider.alg() << " " << why(identity));
        REQUIRE(identity.has_value());
        CHECK(identity->account() == "issuer:ada");
        CHECK(identity->agents == std::set<AgentId>{"1001"});
        CHECK(identity->proof == Proof::issuer_token);
        auto broken = provider.token(claims());
        broken[broken.size() - 10] = broken[broken.size() - 10] == 'A' ? 'B' : 'A';
        CHECK(why(desk.ask(broken)) == "not-authorized: The token's signature is wrong.");
    }
}

TEST_CASE("a signature that OpenSSL has no memory to check is neither right nor wrong") {
    for (const auto algorithm : {Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA}) {
        const Provider provider(algorithm);
        const auto right = parseJwt(provider.token(claims()));
        REQUIRE(right.has_value());
        auto wrong = *right;
        wrong.signature[20] ^= 1;
        const auto keys = parseJwks(jwksOf({&provider}));
        REQUIRE(keys.has_value());
        const auto outcome = [&](const Jwt& token) {
            const auto fits = checkSignature(token, keys->front().key);
            return fits ? "fits" : fits.error().slug.text();
        };
        INFO(provider.alg());
        CHECK(outcome(*right) == "fits");
        CHECK(outcome(wrong) == "not-authorized");
        int unknown = 0;
        tests::failEachAllocation([&] { return outcome(*right); },
                                  [&](std::string_view is) {
                                      CHECK((is == "fits" || is == "resource-unavailable"));
                                      unknown += is == "resource-unavailable";
                                  });
        CHECK(unknown > 0);
        tests::failEachAllocation(
            [&] { return outcome(wrong); },
            [](std::string_view is) { CHECK((is == "not-authorized" || is == "resource-unavailable")); });
        CHECK(outcome(*right) == "fits");
    }
}

TEST_CASE("base64url: one text for the same bytes, and no other") {
    for (const std::string bytes : {"", "a", "ab", "abc", "abcd", "\xff\xfe"})
        CHECK(decodeBase64Url(encodeBase64Url(bytes)) == bytes);
    for (const auto* wrong :
         {"YR", "YWF", "YWJ", "A", "AAAAA", "YQ==", "YQ ", "Y+", "Y/"}) {  // bits left over, padding, another alphabet
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
        HMAC(EVP_sha256(), secret, static_cast<int>(length), reinterpret_cast<const unsigned char*>(text.data()),
             text.size(), mac, &size);
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
    refused(stranger.token(claims(), {{"kid", "new"}, {"jwk", stranger.jwk()}, {"jku", "https://evil.test/keys"}}),
            "does not publish");
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
    refused(rsa.signedText(R"({"alg":"RS256","kid":"r1"})", R"({"r\u006fle":"agent",)" + body.substr(1)),
            "stands twice");
    refused(rsa.signedText(R"({"alg":"none","alg":"RS256","kid":"r1"})", body), "stands twice");
    CHECK(desk.ask(rsa.token(claims({{"exp", noon - 60}}))).has_value());  // the leeway
    CHECK(desk.ask(rsa.token(claims({{"nbf", noon + 60}}))).has_value());
    CHECK(desk.ask(rsa.token(claims({{"aud", {"another", "deskline"}}}))).has_value());
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
