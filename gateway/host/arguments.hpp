// How the command line says times, and why a command could not do what it was asked. Thread: any.
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

// The fault's text on standard error; gives the exit code of a command that failed.
int failed(const Fault& fault);

}  // namespace deskline::host
