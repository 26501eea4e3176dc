#include <catch2/catch.hpp>

#include "api/request.hpp"
#include "model/text.hpp"

using namespace deskline;
using namespace std::string_literals;

TEST_CASE("a request's id is visible ASCII, whatever a header says") {
    for (const auto& odd : {""s, "a b"s, "a\nb"s, "é"s, std::string(129, 'x')}) {
        api::Request request;
        request.headers["x-request-id"] = odd;
        CHECK(api::requestIdFrom(request, "made") == "made");
    }
    api::Request request;
    request.headers["x-request-id"] = std::string(128, '~');
    CHECK(api::requestIdFrom(request, "made") == std::string(128, '~'));
}

TEST_CASE("a problem has at most 8 KiB, whatever the fault says") {
    std::vector<FieldError> errors(5000, FieldError{std::string(1000, '"'), std::string(100, '\n')});
    const auto response = api::problem({"invalid-argument", std::string(100'000, '\xff'), {}, {}, false, errors}, "id");
    const auto text = boost::json::serialize(response.body);
    CHECK(text.size() <= 8192);
    CHECK(isUtf8(text));
    CHECK_FALSE(response.body.at("errors").as_array().empty());
    const std::vector<FieldError> usual(21, FieldError{"/" + std::string(40, 'x'), "is not a known field"});
    CHECK(api::problem({"invalid-argument", "", {}, {}, false, usual}, "id").body.at("errors").as_array().size() == 21);
}
