// Where the log goes: stderr, as text or as one JSON object a line. Thread: main's, at the start; logging itself any.
#pragma once
#include <string>

namespace deskline::host {

void startLogging(const std::string& level, const std::string& format);

}  // namespace deskline::host
