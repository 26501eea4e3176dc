// How times are written on the command line, and how a command says that it failed. Thread: any.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "model/fault.hpp"
#include "model/time.hpp"

namespace deskline::host {

std::optional<std::int64_t> secondsIn(const std::string& text);  // "8h", "30m", "3600s", "3600", "90d", up to a century
std::optional<Time> momentIn(
    const std::string& text);  // "2026-05-01", "2026-05-01T08:00:00Z", RFC 3339 with milliseconds

// Writes the fault's text to stderr; gives the exit code of a command that failed: 1.
int failed(const Fault& fault);

}  // namespace deskline::host
