// A failure as a value: its problem, a detail in words, and, where a source refused, the HRESULT by number and symbol.
// Thread: any.
#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "model/hresult.hpp"
#include "model/json.hpp"
#include "model/values.hpp"

namespace deskline {

struct Fault {
    Slug slug = "internal";
    std::string detail = {};
    std::optional<std::uint32_t> hresult = {};
    std::string symbol = {};
    bool outcomeUnknown = false;  // the command may or may not have been carried out
    std::vector<FieldError> errors = {};
    std::vector<SessionState> allowedStates = {};
    bool withheld = false;  // the policy hides the object that was asked for
    int retryAfter = 0;     // seconds, instead of the problem's own
};

// Any failure code: the row's slug, or source-fault. `what`: the call that failed, for the detail
// ("ITAgentSession::put_State").
Fault fromHresult(std::uint32_t code, std::string_view what);

template <class T>
using Result = boost::system::result<T, Fault>;

// The answer to everything that still waits when the gateway ends.
inline const Fault shuttingDown{"shutting-down", "The gateway is shutting down."};

[[noreturn]] BOOST_NORETURN inline void throw_exception_from_error(const Fault& fault, const boost::source_location&) {
    throw std::logic_error("a failed result was read: " + std::string(fault.slug) + ": " + fault.detail);
}

}  // namespace deskline
