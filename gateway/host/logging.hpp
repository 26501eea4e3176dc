// What goes to stderr: the log, as text or as one JSON object a line, and what a command says. Thread: main's, at the
// start; logging and saying any.
#pragma once
#include <spdlog/formatter.h>

#include <memory>
#include <string>

namespace deskline::host {

void startLogging(const std::string& level, const std::string& format);

// One message, one line of at most 1 KiB, whatever it says. `format`: "text" or "json".
std::unique_ptr<spdlog::formatter> logLines(const std::string& format);

// Writes a line to stderr that is no message of the log: without time and level. `line` comes without its line end. It
// is one write, so that nothing of another thread or program comes in between.
void say(std::string line);

}  // namespace deskline::host
