// Numbers that callers, files and proxies write.
#include <catch2/catch.hpp>

#include "model/number.hpp"

using namespace deskline;

TEST_CASE("a number is the whole text, in range, without a plus sign, a minus zero or a space") {
    const struct {
        std::string_view text;
        std::optional<int> number;
    } rows[] = {
        {"0", 0},         {"7", 7},         {"007", 7},  {"-3", -3},         {"-10", -10},
        {"120", 120},     {"-11", {}},      {"121", {}}, {"2147483648", {}}, {"99999999999999999999999999", {}},
        {"", {}},         {"-", {}},        {"+7", {}},  {"-0", {}},         {"-00", {}},
        {"--3", {}},      {" 7", {}},       {"7 ", {}},  {"\t7", {}},        {"7\n", {}},
        {{"7\0", 2}, {}}, {"7s", {}},       {"7.0", {}}, {"1e2", {}},        {"0x10", {}},
        {"1'000", {}},    {"\xd9\xa7", {}},  // ٧, a digit of Unicode
    };
    for (const auto& [text, number] : rows) {
        CAPTURE(text);
        CHECK(numberIn<int>(text, -10, 120) == number);
    }
}

TEST_CASE("a number without bounds has those of its type") {
    CHECK(numberIn<unsigned short>("65535") == 65'535);
    CHECK_FALSE(numberIn<unsigned short>("65536"));
    CHECK_FALSE(numberIn<unsigned short>("-1"));
    CHECK_FALSE(numberIn<std::uint64_t>("-0"));
    CHECK(numberIn<std::uint64_t>("18446744073709551615") == 18'446'744'073'709'551'615U);
    CHECK_FALSE(numberIn<std::uint64_t>("18446744073709551616"));
    CHECK(numberIn<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    CHECK_FALSE(numberIn<std::int64_t>("-9223372036854775809"));
    CHECK(numberIn<int>("5", 5, 5) == 5);
    CHECK_FALSE(numberIn<int>("5", 6, 4));
}
