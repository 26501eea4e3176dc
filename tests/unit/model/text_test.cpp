// Text of strangers made fit to be shown: one function for answers, close reasons, audit and log.
#include <catch2/catch.hpp>

#include "model/text.hpp"

using namespace deskline;
using namespace std::string_literals;

TEST_CASE("printable text: what ends, moves or hides a line is escaped, what is no UTF-8 too, all else stays") {
    const std::pair<std::string, std::string> rows[] = {
        {"", ""},
        {"Mittagspause – zurück um 13 Uhr", "Mittagspause – zurück um 13 Uhr"},
        {"שלום ملف 東京 😀", "שלום ملف 東京 😀"},
        {"C:\\ProgramData\\Deskline \"x\"", "C:\\ProgramData\\Deskline \"x\""},
        {"a\0b"s, "a\\u0000b"},
        {"a\nb\r\tc\x1b[2K", "a\\u000ab\\u000d\\u0009c\\u001b[2K"},
        {"\x1f \x7f", "\\u001f \\u007f"},
        {"\xc2\x80\xc2\x85\xc2\x9f\xc2\xa0", "\\u0080\\u0085\\u009f\xc2\xa0"},
        {"\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f", "\\u061c\\u200e\\u200f"},
        {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"},
        {"\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae", "\\u202a\\u202b\\u202c\\u202d\\u202e"},
        {"\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9", "\\u2066\\u2067\\u2068\\u2069"},
        {"\xef\xbb\xbf", "\\ufeff"},
        {"\xf3\xa0\x81\x81", "\\ue0041"},
        {"\xe2\x80\xa7\xe2\x80\xaf\xe2\x80\x8d",
         "\xe2\x80\xa7\xe2\x80\xaf\xe2\x80\x8d"},  // beside the ranges; a joiner
        {"\x80\xff", "\\x80\\xff"},
        {"\xc3", "\\xc3"},
        {"\xe2\x82", "\\xe2\\x82"},
        {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong
        {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},           // overlong
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond U+10FFFF
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    };
    for (const auto& [text, shown] : rows) {
        CAPTURE(shown);
        CHECK(printable(text) == shown);
        CHECK(printable(shown) == shown);
        CHECK(isUtf8(shown));
        CHECK(isPrintable(text) == (text == shown));
    }
    CHECK(isUtf8("a\nb"));
    CHECK_FALSE(isUtf8("\xc3"));
}

TEST_CASE("printable text is cut at a character's border, and is never longer than asked for") {
    const std::string texts[] = {std::string(300, 'x'), "a" + std::string(300, '\n'), std::string(300, '\xff'), [] {
                                     std::string text = "x";
                                     for (int i = 0; i < 100; ++i) text += "é東😀";
                                     return text;
                                 }()};
    for (const auto& text : texts)
        for (std::size_t most = 0; most < 40; ++most) {
            const auto shown = printable(text, most);
            CHECK(shown.size() <= most);
            CHECK(isUtf8(shown));
            CHECK(isPrintable(shown));
            if (most >= 3) CHECK(shown.ends_with("…"));
        }
    CHECK(printable("four", 4) == "four");
    CHECK(printable("fiver", 4) == "f…");
    CHECK_FALSE(isPrintable(std::string(256, 'x')));
    CHECK(isPrintable(std::string(255, 'x')));
}
