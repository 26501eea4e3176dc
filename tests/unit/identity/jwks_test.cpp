#include <catch2/catch.hpp>

#include "identity/jwks.hpp"
#include "unit/identity/provider.hpp"

using namespace deskline;
using namespace deskline::identity;

TEST_CASE("a key set: what can be used is, what must not be public refuses it whole") {
    const Provider one(Algorithm::RS256, "r1"), two(Algorithm::EdDSA, "d1");
    CHECK(parseJwks(jwksOf({&one, &two}))->size() == 2);
    auto encryption = one.jwk(), confused = one.jwk(), leaked = one.jwk(),
         shared = json::object{{"kty", "oct"}, {"k", "c2VjcmV0"}};
    encryption["use"] = "enc";
    confused["alg"] = "HS256";
    leaked["d"] = "AQAB";
    const auto set = [](std::initializer_list<json::object> keys) {
        return json::serialize(json::object{{"keys", json::array(keys.begin(), keys.end())}});
    };
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
    for (const auto* text : {"", "{}", "[]", R"({"keys":7})", R"({"keys":[7]})", R"({"keys":[]})"})
        CHECK(parseJwks(text).has_error());
}
