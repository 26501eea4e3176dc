// COM's texts and dates. Windows only; needs no COM server.
#include <catch2/catch.hpp>

#include "com/com.hpp"

using namespace deskline;

TEST_CASE("a BSTR keeps every character, and a date of the host's local time comes back") {
    for (const char* text : {"", "Sales", "Größe – 日本語 – \xF0\x9F\x98\x80"}) CHECK(com::Bstr(text).text() == text);
    const auto time = Time(std::chrono::milliseconds(1'777'622'400'123));
    auto date = toOleDate(time, 0);
    date = toOleDate(time, com::secondsEastOfUtc(date));
    CHECK(fromOleDate(date, com::secondsEastOfUtc(date)) == time);
}
