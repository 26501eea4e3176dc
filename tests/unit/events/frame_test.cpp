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

TEST_CASE("a frame is a whole unmasked text frame, at every length of header") {
    for (const std::size_t length : {10, 125 + 0, 126, 70'000}) {
        const std::string event = "{\"a\":\"" + std::string(length, 'x') + "\"}";
        const auto frame = makeFrame({.number = 1, .kind = Kind::queue}, event);
        const auto total = frame->bytes.size();
        const auto second = static_cast<unsigned char>(frame->bytes[1]);
        const std::size_t header = second < 126 ? 2 : second == 126 ? 4 : 10;
        CHECK(static_cast<unsigned char>(frame->bytes[0]) == 0x81);
        CHECK(frame->bytes.substr(header, 14) == "{\"op\":\"event\",");
        CHECK(frame->cloudEvent() == event);
        CHECK(frame->type() == "deskline.queue");
        CHECK(total - header == event.size() - 1 + 14);
    }
}
