// What others have written, shown: one function for answers, close reasons, audit and log.
#include <spdlog/details/log_msg.h>

#include <catch2/catch.hpp>

#include "api/request.hpp"
#include "host/logging.hpp"
#include "model/text.hpp"
#include "net/streaming/message.hpp"

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
        {"\xe2\x80\xa7\xe2\x80\xaf\xe2\x80\x8d", "\xe2\x80\xa7\xe2\x80\xaf\xe2\x80\x8d"},  // beside the ranges; a joiner
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

TEST_CASE("a line of the log is one line of at most 1 KiB, in either format") {
    const auto written = [](const char* format, const std::string& text) {
        const spdlog::details::log_msg message("deskline", spdlog::level::info, text);
        spdlog::memory_buf_t out;
        host::logLines(format)->format(message, out);
        return std::string(out.data(), out.size());
    };
    for (const auto* format : {"text", "json"})
        for (const auto& text :
             {"short"s, "a\nb"s, std::string(5000, 'x'), std::string(5000, '"'), std::string(5000, '\\'), std::string(5000, '\n'), "\xe2\x80\xa8\xff"s}) {
            const auto line = written(format, text);
            CHECK(line.size() <= 1024);
            CHECK(line.find('\n') == line.size() - 1);
            CHECK(isPrintable(std::string_view(line).substr(0, line.size() - 1), 1024));
        }
    CHECK_THAT(written("text", "ended"), Catch::Matchers::Matches(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} info  ended\n)"));
    CHECK(boost::json::parse(written("json", "a\nb")).at("message").as_string() == "a\\u000ab");
}

TEST_CASE("a close frame's reason is whole JSON in UTF-8 of at most 123 bytes, whatever it is made of") {
    for (const auto& reason : {"too-slow"s, std::string(80, 'x'), std::string(300, 'x'), std::string(300, '"'), std::string(300, '\\'), std::string(300, '\n'),
                               std::string(300, '\xff'), "x" + [] {
                                   std::string text;
                                   for (int i = 0; i < 80; ++i) text += "é";
                                   return text;
                               }()})
        for (const int retry : {0, 2000, 2'000'000'000}) {
            const auto frame = net::closeFrame(net::CloseCode::too_slow, reason, retry);
            REQUIRE(frame.size() <= 127);
            CHECK(static_cast<unsigned char>(frame[1]) == frame.size() - 2);
            const auto text = std::string_view(frame).substr(4);
            CHECK(isUtf8(text));
            const auto why = boost::json::parse({text.data(), text.size()});
            CHECK(why.at("reason").as_string().starts_with(std::string_view(printable(reason)).substr(0, 1)));
            if (retry) CHECK(why.at("retry") == retry);
        }
    CHECK(net::closeFrame(net::CloseCode::too_slow, "too-slow", 2000).substr(4) == R"({"reason":"too-slow","retry":2000})");
}

TEST_CASE("what a client says is read strictly, and a refusal repeats none of it") {
    const auto reason = [](const std::string& text) {
        const auto message = net::readMessage(text);
        return message ? "" : message.error().reason;
    };
    CHECK(reason(R"({"op":"hello","topics":["call"]})").empty());
    CHECK(reason("{") == "bad-json");
    CHECK(reason("{\"op\":\"hello\"}\xf2") == "bad-json");  // breaks off within a character
    CHECK(reason("{\"op\":\"hello\xf2\"}") == "bad-json");
    CHECK(reason(R"({"op":"hello","topics":1})") == "bad-field /topics");
    CHECK(reason(R"({"op":"hello","topics":["call",1]})") == "bad-field /topics");
    CHECK(reason(R"({"op":"hello","colour":1})") == "bad-field");
    CHECK(reason(R"({"op":"hello","to\npics":1})") == "bad-field");
    CHECK(reason(R"({"op":"hello","":1})") == "bad-field");
    CHECK(reason(R"(7)") == "bad-field");
    CHECK(reason(R"({"op":"command","id":"7"})").empty());
    CHECK(reason(R"({"op":"command","id":")" + std::string(64, '~') + "\"}").empty());
    for (const auto& id : {""s, std::string(65, 'x'), "a b"s, "a\\nb"s, "é"s}) CHECK(reason(R"({"op":"command","id":")" + id + "\"}") == "bad-field /id");
}

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
