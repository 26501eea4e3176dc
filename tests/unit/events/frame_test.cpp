#include <catch2/catch.hpp>

#include "unit/events/bench.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("a cursor survives its text") {
    Cursor cursor;
    CHECK(Cursor::parse("ab12-42", cursor));
    CHECK(cursor.epoch == "ab12");
    CHECK(cursor.number == 42);
    for (const char* wrong : {"", "ab12", "ab12-", "-42", "ab12-4x", "ab12-99999999999999999999999"})
        CHECK_FALSE(Cursor::parse(wrong, cursor));
}

TEST_CASE("a frame has the event's text as it is, and its cursor where it has one") {
    const std::string event = R"({"specversion":"1.0","id":"ab12-42","type":"deskline.queue"})";
    const auto frame = makeFrame({.number = 42, .kind = Kind::queue}, event);
    CHECK(frame->text == event);
    CHECK(frame->type() == "deskline.queue");
    CHECK(frame->cursor() == "ab12-42");
    CHECK(makeFrame({.kind = Kind::queue}, event)->cursor().empty());  // ephemeral
    CHECK(makeFrame({.number = 42, .kind = Kind::queue}, "{}")->cursor().empty());
}
