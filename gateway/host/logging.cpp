#include "host/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/json.hpp>

#include "model/time.hpp"

namespace deskline::host {
namespace {

class JsonFormatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const auto time = std::chrono::floor<std::chrono::milliseconds>(message.time);
        const auto level = spdlog::level::to_string_view(message.level);
        const auto line = boost::json::serialize(boost::json::object{{"time", toRfc3339(time)},
                                                                     {"level", boost::json::string_view(level.data(), level.size())},
                                                                     {"message", boost::json::string_view(message.payload.data(), message.payload.size())}}) +
                          "\n";
        out.append(line.data(), line.data() + line.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

}  // namespace

void startLogging(const std::string& level, const std::string& format) {
    auto logger = std::make_shared<spdlog::logger>("deskline", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    if (format == "json")
        logger->set_formatter(std::make_unique<JsonFormatter>());
    else
        logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%-5l%$ %v", spdlog::pattern_time_type::utc);
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace deskline::host
