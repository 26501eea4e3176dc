#include <catch2/catch.hpp>

#include "api/request.hpp"
#include "api/resources/resources.hpp"

using namespace deskline;
using api::Body;
using namespace std::string_literals;

namespace {

Body bodyOf(std::string text) { return Body::ofText(text); }

api::Request requestWith(Body body) {
    api::Request request;
    request.body = std::move(body);
    return request;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("a body is the same JSON whether it came as text or as JSON") {
    for (const auto* text : {R"({"state":"ready","reason":"x"})", "[1,2.5,true,null]", R"({"a":{"b":[]}})", "7"}) {
        const auto came = bodyOf(text), made = Body::ofJson(boost::json::parse(text));
        CHECK_FALSE(came.empty());
        CHECK_FALSE(made.empty());
        CHECK(**came.json() == boost::json::parse(text));
        CHECK(**made.json() == boost::json::parse(text));
        CHECK(came.canonical() == made.canonical());
    }
    CHECK(Body().empty());
    CHECK(bodyOf("").empty());
    CHECK(**Body().json() == boost::json::value(boost::json::object{}));
}

TEST_CASE("of a body that is no JSON, or nests deeper than 16, the fault is bad-json") {
    for (const auto& text : {"{"s, "{}x"s, "\xff"s, " "s, nested(17), nested(40)}) {
        const auto body = bodyOf(text);
        REQUIRE_FALSE(body.json().has_value());
        CHECK(body.json().error().slug.text() == "bad-json");
    }
    CHECK(bodyOf(nested(16)).json().has_value());
    CHECK(Body::ofJson(boost::json::parse(nested(16))).json().has_value());
    CHECK_FALSE(Body::ofJson(boost::json::parse(nested(17))).json().has_value());
    CHECK_FALSE(bodyOf(R"({"a":)" + nested(16) + "}").json().has_value());
    boost::json::parse_options options;  // the parser counts the same way
    options.max_depth = Body::deepest;
    for (const std::size_t depth : {15, 16, 17}) {
        boost::json::error_code error;
        (void)boost::json::parse(nested(depth), error, {}, options);
        CHECK(bodyOf(nested(depth)).json().has_value() == !error);
    }
}

TEST_CASE("what a repeated command is known by is the JSON of its body without the PIN, and stays what it was") {
    CHECK(bodyOf(R"({ "state" : "ready", "when":"now" })").canonical() == R"({"state":"ready","when":"now"})");
    CHECK(bodyOf(R"({"pin":"1234","a":1,"b":2})").canonical() == R"({"b":2,"a":1})");  // as journals hold it
    CHECK(bodyOf(R"({"a":1,"pin":"1234"})").canonical() == R"({"a":1})");
    CHECK(bodyOf(R"({"volume":0.5,"x":1.0})").canonical() == R"({"volume":5E-1,"x":1E0})");
    CHECK(bodyOf(R"({"a":1,"a":2})").canonical() == R"({"a":2})");
    CHECK(bodyOf("{ no JSON").canonical() == "{ no JSON");
    CHECK(bodyOf(nested(20)).canonical() == nested(20));
    CHECK(Body().canonical().empty());
}

TEST_CASE("a body is wiped where it came from, and once it was read") {
    std::string text = R"({"pin":"a long secret PIN of one"})";
    const auto body = Body::ofText(text);
    CHECK(text.empty());
    (void)body.canonical();
    const auto request = requestWith(body);
    const auto read = api::parseBody<api::SignInBody>(request);
    REQUIRE(read.has_value());
    CHECK(std::string(*read->pin) == "a long secret PIN of one");
    const auto& left = (*body.json())->at("pin").as_string();
    CHECK(std::string_view(left) == std::string(24, '\0'));
}

TEST_CASE("duplicated members count once, as the last of them says") {
    const auto read = api::parseBody<api::ReplayWebhookBody>(requestWith(bodyOf(R"({"from":"x-1","from":"x-2"})")));
    REQUIRE(read.has_value());
    CHECK(read->from == "x-2");
}
