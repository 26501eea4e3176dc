// Collects the log while the object exists, each message as "level text" and a line end.
#pragma once
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>

namespace deskline::tests {

class HeardLog {
public:
    HeardLog() {
        using spdlog::pattern_formatter;
        auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
        auto logger = std::make_shared<spdlog::logger>("heard", std::move(sink));
        logger->set_formatter(std::make_unique<pattern_formatter>("%l %v", spdlog::pattern_time_type::utc, "\n"));
        logger->set_level(spdlog::level::debug);
        spdlog::set_default_logger(std::move(logger));
    }
    ~HeardLog() { spdlog::set_default_logger(before_); }
    HeardLog(const HeardLog&) = delete;
    HeardLog& operator=(const HeardLog&) = delete;

    std::string text() const { return text_.str(); }
    auto lines() const {
        const auto all = text();
        return std::count(all.begin(), all.end(), '\n');
    }

private:
    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

}  // namespace deskline::tests
