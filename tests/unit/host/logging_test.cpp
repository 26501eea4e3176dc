#include <spdlog/details/log_msg.h>
#include <catch2/catch.hpp>

#include "host/logging.hpp"
#include "model/text.hpp"

using namespace deskline;
using namespace std::string_literals;

TEST_CASE("a line of the log is one line of at most 1 KiB, in either format") {
    const auto written = [](const char* format, const std::string& text) {
        const spdlog::details::log_msg message("deskline", spdlog::level::info, text);
        spdlog::memory_buf_t out;
        host::logLines(format)->format(message, out);
        return std::string(out.data(), out.size());
    };
    for (const auto* format : {"text", "json"})
        for (const auto& text : {"short"s, "a\nb"s, std::string(5000, 'x'), std::string(5000, '"'),
                                 std::string(5000, '\\'), std::string(5000, '\n'), "\xe2\x80\xa8\xff"s}) {
            const auto line = written(format, text);
            CHECK(line.size() <= 1024);
            CHECK(line.find('\n') == line.size() - 1);
            CHECK(isPrintable(std::string_view(line).substr(0, line.size() - 1), 1024));
        }
    CHECK_THAT(written("text", "ended"),
               Catch::Matchers::Matches(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} info  ended\n)"));
    CHECK(boost::json::parse(written("json", "a\nb")).at("message").as_string() == "a\\u000ab");
}
