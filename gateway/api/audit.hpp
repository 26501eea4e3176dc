// What goes into the audit, and how often somebody was refused. Thread: any.
#pragma once
#include <array>
#include <atomic>

#include "events/audit.hpp"
#include "model/names.hpp"

namespace deskline::api {

struct Gateway;
struct Request;
struct Response;

enum class Attempt { token, key, ticket, certificate, origin, pin };  // by what somebody tried to be somebody
BOOST_DESCRIBE_ENUM(Attempt, token, key, ticket, certificate, origin, pin)

class Refusals {
public:
    struct Count {
        std::atomic<std::uint64_t> refused{0}, throttled{0};
    };
    void count(Attempt what, bool throttled) {
        auto& of = counts_[static_cast<std::size_t>(what)];
        ++of.refused;
        if (throttled) ++of.throttled;
    }
    const Count& of(Attempt what) const { return counts_[static_cast<std::size_t>(what)]; }

private:
    std::array<Count, 6> counts_{};
};

inline std::optional<std::string> given(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

// With the present time. Of refused attempts no more become entries than there is room for (audit_limits.hpp).
void audit(Gateway& gateway, events::AuditEntry entry);

// A request and its answer, where the audit is to hear of them: what changes something, and what was refused.
void auditAnswer(Gateway& gateway, const Request& request, const Response& response);

}  // namespace deskline::api
