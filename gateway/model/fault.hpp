// What can go wrong, as a value: a problem slug with its HTTP status, and, where a source refused, the HRESULT by number and symbol.
// The two tables (problems; HRESULTs of TAPI 3 and Core Audio) are data: the API, its documentation and the tests read the same rows.
// Source: RFC 9457; tapi3err.h, tapi.h, winerror.h, audioclient.h. Thread: any.
#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "model/json.hpp"
#include "model/values.hpp"

namespace deskline {

struct Problem {  // a row of the table of problems
    std::string_view slug;
    int status;
    std::string_view title;
    std::string_view remedy;  // what the reader of the problem should do
    int retryAfter = 0;       // seconds; 0: no Retry-After
};
std::span<const Problem> problems();
const Problem& problem(std::string_view slug);  // "internal" for a slug that is in no row

struct HresultRow {
    std::uint32_t code;
    std::string_view symbol;
    std::string_view slug;
};
std::span<const HresultRow> hresults();

struct Fault {
    std::string slug;
    std::string detail;
    std::optional<std::uint32_t> hresult = {};
    std::string symbol = {};
    bool outcomeUnknown = false;  // the command may or may not have been carried out
    std::vector<FieldError> errors = {};
    std::vector<SessionState> allowedStates = {};
    bool withheld = false;  // the policy hides what was asked for
    int retryAfter = 0;     // seconds, instead of the problem's own
};

// Any failure code: the row's slug, or source-fault. `what`: the call that failed, for the detail ("ITAgentSession::put_State").
Fault fromHresult(std::uint32_t code, std::string_view what);
std::string hex(std::uint32_t code);            // "0x80040044"
std::string_view symbolOf(std::uint32_t code);  // "" when no row has it
bool meansSourceLost(std::uint32_t code);       // the object or the service behind it is gone: rebuild everything

template <class T>
using Result = boost::system::result<T, Fault>;

// What who still waits is told when the gateway ends.
inline const Fault shuttingDown{"shutting-down", "The gateway is shutting down."};

[[noreturn]] BOOST_NORETURN inline void throw_exception_from_error(const Fault& fault, const boost::source_location&) {
    throw std::logic_error("a failed result was read: " + fault.slug + ": " + fault.detail);
}

}  // namespace deskline
