#include "host/logging.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

#include "model/text.hpp"
#include "model/time.hpp"

namespace deskline::host {
namespace {

constexpr std::size_t longestLine = 1024;  // bytes, with its end

// Writes a message as one line of at most `longestLine` bytes. Many messages hold text from outside: nobody who sends
// such text can begin a new line, move the cursor of a terminal or fill the disk with it.
class Line : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) final {
        const std::string_view said(message.payload.data(), message.payload.size());
        std::size_t most = longestLine;
        auto line = write(message, printable(said, most));
        while (line.size() > longestLine) {  // JSON needs at most two bytes for one of these
            most -= std::min(most, (line.size() - longestLine + 1) / 2);
            line = write(message, printable(said, most));
        }
        out.append(line.data(), line.data() + line.size());
    }

protected:
    virtual std::string write(const spdlog::details::log_msg& message, const std::string& text) const = 0;
    static std::string_view level(const spdlog::details::log_msg& message) {
        const auto name = spdlog::level::to_string_view(message.level);
        return {name.data(), name.size()};
    }
    static std::string time(const spdlog::details::log_msg& message) {
        return toRfc3339(std::chrono::floor<std::chrono::milliseconds>(message.time));
    }
};

class TextLine final : public Line {
    std::string write(const spdlog::details::log_msg& message, const std::string& text) const override {
        auto at = time(message);
        at.pop_back();  // UTC, without saying so
        return fmt::format("{} {:<5} {}\n", at, level(message), text);
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<TextLine>(); }
};

class JsonLine final : public Line {
    std::string write(const spdlog::details::log_msg& message, const std::string& text) const override {
        return boost::json::serialize(
                   boost::json::object{{"time", time(message)}, {"level", level(message)}, {"message", text}}) +
               "\n";
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonLine>(); }
};

}  // namespace

std::unique_ptr<spdlog::formatter> logLines(const std::string& format) {
    if (format == "json") return std::make_unique<JsonLine>();
    return std::make_unique<TextLine>();
}

void startLogging(const std::string& level, const std::string& format) {
    auto logger = std::make_shared<spdlog::logger>("deskline", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_formatter(logLines(format));
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

void say(std::string line) {
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);  // on Windows a pipe is written when its buffer is full
}

}  // namespace deskline::host
