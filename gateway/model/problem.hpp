// What can go wrong, by name: each row is a problem as the API tells it (RFC 9457), with its HTTP status and what to
// do. The API, its documentation and the tests read the same rows. A slug that is in no row does not compile. Thread:
// any.
#pragma once
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

namespace deskline {

struct Problem {
    std::string_view slug;
    int status;
    std::string_view title;
    std::string_view remedy;  // what the reader of the problem should do
    int retryAfter = 0;       // seconds; 0: no Retry-After
};

inline constexpr Problem problemTable[] = {
    {"bad-request", 400, "The request cannot be read", "Send a well-formed HTTP request with a JSON body."},
    {"bad-json", 400, "The body is not JSON", "Send one JSON object; the detail says where reading stopped."},
    {"not-authorized", 401, "Who you are is not known",
     "Send Authorization: Bearer with a valid token; `deskline token` makes one."},
    {"forbidden", 403, "You may not do this", "Use a token with the role that the action needs."},
    {"wrong-pin", 403, "The switch refused the PIN", "Ask the agent for the PIN again."},
    {"not-found", 404, "There is no such thing", "Check the path and the id; ids come from the lists."},
    {"agent-unknown", 404, "The switch knows no such agent", "Check the agent id against the switch's configuration."},
    {"method-not-allowed", 405, "This resource has no such method", "Use one of the methods in Allow."},
    {"not-acceptable", 406, "No representation that you accept", "Accept application/json."},
    {"in-use", 409, "It is in use", "Wait until the other program has let go of it, then try again."},
    {"agent-has-no-id", 409, "The agent has no id", "Sign the agent in with an id and a PIN."},
    {"state-not-allowed", 409, "The switch does not allow this state now", "Choose one of allowedStates."},
    {"idempotency-running", 409, "The first command with this key is still running",
     "Read the operation that Location names, or repeat the request later.", 1},
    {"group-removed", 410, "The ACD group was removed", "Read /acd-groups again and choose another."},
    {"queue-removed", 410, "The queue was removed", "Read /queues again."},
    {"audio-device-gone", 410, "The audio device or session is gone", "Read the audio lists again."},
    {"journal-truncated", 410, "The journal does not reach back that far",
     "Read the state again and go on from the cursor of that answer."},
    {"precondition-failed", 412, "It has changed since you read it", "Read it again and decide anew."},
    {"body-too-large", 413, "The body is too large", "Send at most 64 KiB."},
    {"unsupported-media-type", 415, "The body is of another media type", "Send Content-Type: application/json."},
    {"expectation-failed", 417, "What Expect asks for is not to be had", "Leave Expect out, or send 100-continue."},
    {"invalid-argument", 422, "A value is not valid", "Correct the fields that `errors` or the detail names."},
    {"idempotency-mismatch", 422, "The key belongs to another request",
     "Send a new Idempotency-Key with a new request; repeat a request unchanged."},
    {"group-unknown", 422, "The switch knows no such ACD group", "Use the id or the name of one in /acd-groups."},
    {"too-many-requests", 429, "Too many requests",
     "Wait as long as Retry-After says; see RateLimit and [server] rate_limit."},
    {"header-too-large", 431, "The header is too large", "Send at most 16 KiB of header."},
    {"internal", 500, "The gateway made a mistake", "Report it with the request id; the log has more."},
    {"not-supported", 501, "The source cannot do this",
     "See `capabilities` in the stream's welcome, or run `deskline doctor`."},
    {"operation-failed", 502, "The switch tried and failed", "Try again; if it stays, look at the switch's own log."},
    {"source-access-denied", 502, "The gateway's account may not do this",
     "Give the account that runs Deskline the rights on the line."},
    {"source-fault", 502, "The source answered an unexpected failure",
     "Look the HRESULT up in the documentation of the service provider or driver."},
    {"out-of-memory", 503, "The source is out of memory", "Try again later; look at the host's memory.", 5},
    {"line-lost", 503, "The line could not be opened or was lost",
     "Try again; check the service provider and its line.", 5},
    {"telephony-not-installed", 503, "This host has no TAPI", "Run `deskline doctor` on the host."},
    {"source-restarting", 503, "The source is starting again", "Try again shortly.", 2},
    {"resource-unavailable", 503, "The source is out of a resource", "Try again later.", 5},
    {"source-lost", 503, "The connection to the source is lost", "Try again; the gateway reconnects by itself.", 5},
    {"shutting-down", 503, "The gateway is shutting down", "Connect again shortly.", 5},
    {"too-many-connections", 503, "The gateway has as many connections as it may",
     "Try again later; see [server] max_connections.", 5},
    {"source-timeout", 504, "The source did not answer in time",
     "Read the state before trying again: the outcome is unknown."},
};

// What only the log and the command line tell; on the wire these are "internal".
inline constexpr Problem innerProblems[] = {
    {"configuration", 500, "The gateway cannot work as it is set up", "Do what the detail says."},
    {"journal-fault", 500, "The journal cannot be read or written",
     "See /readyz and the log; run `deskline doctor` on the host."},
};

// The name of a row. Made of a literal while compiling; of a text that came from elsewhere by `of`.
class Slug {
public:
    consteval Slug(const char* text) : row_(find(text)) {
        if (row_ == none) throw "no problem has this slug";
    }
    static constexpr std::optional<Slug> of(std::string_view text) {
        const auto row = find(text);
        return row == none ? std::nullopt : std::optional(Slug(row));
    }

    constexpr std::string_view text() const {
        return row_ < wire ? problemTable[row_].slug : innerProblems[row_ - wire].slug;
    }
    constexpr operator std::string_view() const { return text(); }
    const Problem& problem() const;  // its row, or that of "internal" where it is not for the wire

    friend constexpr bool operator==(Slug one, Slug other) { return one.row_ == other.row_; }

private:
    static constexpr std::size_t wire = std::size(problemTable), none = wire + std::size(innerProblems);

    explicit constexpr Slug(std::size_t row) : row_(row) {}
    static constexpr std::size_t find(std::string_view text) {
        std::size_t row = 0;
        for (const auto& problem : problemTable) {
            if (problem.slug == text) return row;
            ++row;
        }
        for (const auto& problem : innerProblems) {
            if (problem.slug == text) return row;
            ++row;
        }
        return none;
    }

    std::size_t row_;
};

}  // namespace deskline
