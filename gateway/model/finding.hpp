// What `deskline doctor` finds: one line each, with what it means and what to do. Thread: values, any.
#pragma once
#include <boost/describe.hpp>
#include <string>
#include <vector>

namespace deskline {

enum class Severity { ok, degraded, failed };  // failed: the gateway cannot serve
BOOST_DESCRIBE_ENUM(Severity, ok, degraded, failed)

struct Finding {
    std::string area;  // "telephony", "audio", "host" …
    Severity severity = Severity::ok;
    std::string finding, meaning, remedy;  // the last two empty where all is well
};
BOOST_DESCRIBE_STRUCT(Finding, (), (area, severity, finding, meaning, remedy))

}  // namespace deskline
