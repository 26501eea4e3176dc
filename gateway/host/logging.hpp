// Where the log goes: stderr, as text or as one JSON object a line. Thread: main's, at the start; logging itself any.
#pragma once
#include <spdlog/formatter.h>

#include <memory>
#include <string>

namespace deskline::host {

void startLogging(const std::string& level, const std::string& format);

// One message, one line of at most 1 KiB, whatever it says. `format`: "text" or "json".
std::unique_ptr<spdlog::formatter> logLines(const std::string& format);

}  // namespace deskline::host
