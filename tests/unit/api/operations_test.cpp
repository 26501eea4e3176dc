#include <catch2/catch.hpp>

#include "api/operations.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("the kept answer of an operation: what is too long is left out, its status stays") {
    const Time start = now();
    Operation one = someOperation(1, "ada", start);
    api::settle(one, {200, boost::json::object{{"pad", std::string(Operations::longestBody, 'x')}}},
                OperationState::succeeded, {}, start);
    CHECK(boost::json::serialize(one.body).size() < 200);
    CHECK(one.status == 200);
}
