#include "model/fault.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace deskline {
namespace {

constexpr Problem problemTable[] = {
    {"bad-request", 400, "The request cannot be read", "Send a well-formed HTTP request with a JSON body."},
    {"bad-json", 400, "The body is not JSON", "Send one JSON object; the detail says where reading stopped."},
    {"not-authorized", 401, "Who you are is not known", "Send Authorization: Bearer with a valid token; `deskline token` makes one."},
    {"forbidden", 403, "You may not do this", "Use a token with the role that the action needs."},
    {"wrong-pin", 403, "The switch refused the PIN", "Ask the agent for the PIN again."},
    {"not-found", 404, "There is no such thing", "Check the path and the id; ids come from the lists."},
    {"agent-unknown", 404, "The switch knows no such agent", "Check the agent id against the switch's configuration."},
    {"method-not-allowed", 405, "This resource has no such method", "Use one of the methods in Allow."},
    {"not-acceptable", 406, "No representation that you accept", "Accept application/json."},
    {"in-use", 409, "It is in use", "Wait until the other program has let go of it, then try again."},
    {"agent-has-no-id", 409, "The agent has no id", "Sign the agent in with an id and a PIN."},
    {"state-not-allowed", 409, "The switch does not allow this state now", "Choose one of allowedStates."},
    {"idempotency-running", 409, "The first command with this key is still running", "Read the operation that Location names, or repeat the request later.", 1},
    {"group-removed", 410, "The ACD group was removed", "Read /acd-groups again and choose another."},
    {"queue-removed", 410, "The queue was removed", "Read /queues again."},
    {"audio-device-gone", 410, "The audio device or session is gone", "Read the audio lists again."},
    {"journal-truncated", 410, "The journal does not reach back that far", "Read the state again and go on from the cursor of that answer."},
    {"precondition-failed", 412, "It has changed since you read it", "Read it again and decide anew."},
    {"body-too-large", 413, "The body is too large", "Send at most 64 KiB."},
    {"unsupported-media-type", 415, "The body is of another media type", "Send Content-Type: application/json."},
    {"expectation-failed", 417, "What Expect asks for is not to be had", "Leave Expect out, or send 100-continue."},
    {"invalid-argument", 422, "A value is not valid", "Correct the fields that `errors` or the detail names."},
    {"idempotency-mismatch", 422, "The key belongs to another request", "Send a new Idempotency-Key with a new request; repeat a request unchanged."},
    {"group-unknown", 422, "The switch knows no such ACD group", "Use the id or the name of one in /acd-groups."},
    {"too-many-requests", 429, "Too many requests", "Wait as long as Retry-After says; see RateLimit and [server] rate_limit."},
    {"header-too-large", 431, "The header is too large", "Send at most 16 KiB of header."},
    {"internal", 500, "The gateway made a mistake", "Report it with the request id; the log has more."},
    {"not-supported", 501, "The source cannot do this", "See `capabilities` in the stream's welcome, or run `deskline doctor`."},
    {"operation-failed", 502, "The switch tried and failed", "Try again; if it stays, look at the switch's own log."},
    {"source-access-denied", 502, "The gateway's account may not do this", "Give the account that runs Deskline the rights on the line."},
    {"source-fault", 502, "The source answered an unexpected failure", "Look the HRESULT up in the documentation of the service provider or driver."},
    {"out-of-memory", 503, "The source is out of memory", "Try again later; look at the host's memory.", 5},
    {"line-lost", 503, "The line could not be opened or was lost", "Try again; check the service provider and its line.", 5},
    {"telephony-not-installed", 503, "This host has no TAPI", "Run `deskline doctor` on the host."},
    {"source-restarting", 503, "The source is starting again", "Try again shortly.", 2},
    {"resource-unavailable", 503, "The source is out of a resource", "Try again later.", 5},
    {"source-lost", 503, "The connection to the source is lost", "Try again; the gateway reconnects by itself.", 5},
    {"shutting-down", 503, "The gateway is shutting down", "Connect again shortly.", 5},
    {"too-many-connections", 503, "The gateway has as many connections as it may", "Try again later; see [server] max_connections.", 5},
    {"source-timeout", 504, "The source did not answer in time", "Read the state before trying again: the outcome is unknown."},
};

// Order of the rows: the fault tables of the TAPI 3 and Core Audio sources. LINEERR_ codes and their TAPI_E_ twins are both expected.
constexpr HresultRow hresultTable[] = {
    {0x80070057, "E_INVALIDARG", "invalid-argument"},
    {0x8007000E, "E_OUTOFMEMORY", "out-of-memory"},
    {0x80004003, "E_POINTER", "internal"},
    {0x80004001, "E_NOTIMPL", "not-supported"},
    {0x80004005, "E_FAIL", "operation-failed"},
    {0x8000FFFF, "E_UNEXPECTED", "line-lost"},
    {0x80070005, "E_ACCESSDENIED", "source-access-denied"},
    {0x800401F0, "CO_E_NOTINITIALIZED", "internal"},
    {0x80040154, "REGDB_E_CLASSNOTREG", "telephony-not-installed"},
    {0x80040001, "TAPI_E_NOTENOUGHMEMORY", "out-of-memory"},
    {0x80040003, "TAPI_E_NOTSUPPORTED", "not-supported"},
    {0x80040005, "TAPI_E_OPERATIONFAILED", "operation-failed"},
    {0x8004000B, "TAPI_E_INUSE", "in-use"},
    {0x80040021, "TAPI_E_NODEVICE", "line-lost"},
    {0x80040023, "TAPI_E_NOTOWNER", "source-access-denied"},
    {0x80040029, "TAPI_E_REINIT", "source-restarting"},
    {0x80040037, "TAPI_E_REQUESTFAILED", "operation-failed"},
    {0x8004003D, "TAPI_E_NODRIVER", "line-lost"},
    {0x80040044, "TAPI_E_TIMEOUT", "source-timeout"},
    {0x80040045, "TAPI_E_CALLCENTER_GROUP_REMOVED", "group-removed"},
    {0x80040046, "TAPI_E_CALLCENTER_QUEUE_REMOVED", "queue-removed"},
    {0x80040047, "TAPI_E_CALLCENTER_NO_AGENT_ID", "agent-has-no-id"},
    {0x80040048, "TAPI_E_CALLCENTER_INVALAGENTID", "agent-unknown"},
    {0x80040049, "TAPI_E_CALLCENTER_INVALAGENTGROUP", "group-unknown"},
    {0x8004004A, "TAPI_E_CALLCENTER_INVALPASSWORD", "wrong-pin"},
    {0x8004004B, "TAPI_E_CALLCENTER_INVALAGENTSTATE", "state-not-allowed"},
    {0x8004004C, "TAPI_E_CALLCENTER_INVALAGENTACTIVITY", "invalid-argument"},
    {0x80040052, "TAPI_E_RESOURCEUNAVAIL", "resource-unavailable"},
    {0x80040058, "TAPI_E_WRONG_STATE", "state-not-allowed"},
    {0x80040059, "TAPI_E_NOT_INITIALIZED", "source-restarting"},
    {0x8004005A, "TAPI_E_SERVICE_NOT_RUNNING", "source-lost"},
    {0x8000002B, "LINEERR_INVALLINEHANDLE", "line-lost"},
    {0x80000032, "LINEERR_INVALPARAM", "invalid-argument"},
    {0x80000042, "LINEERR_NODEVICE", "line-lost"},
    {0x80000044, "LINEERR_NOMEM", "out-of-memory"},
    {0x80000046, "LINEERR_NOTOWNER", "source-access-denied"},
    {0x80000048, "LINEERR_OPERATIONFAILED", "operation-failed"},
    {0x80000049, "LINEERR_OPERATIONUNAVAIL", "not-supported"},
    {0x8000004B, "LINEERR_RESOURCEUNAVAIL", "resource-unavailable"},
    {0x80000050, "LINEERR_UNINITIALIZED", "source-restarting"},
    {0x80000052, "LINEERR_REINIT", "source-restarting"},
    {0x80000057, "LINEERR_INVALAGENTID", "agent-unknown"},
    {0x80000058, "LINEERR_INVALAGENTGROUP", "group-unknown"},
    {0x80000059, "LINEERR_INVALPASSWORD", "wrong-pin"},
    {0x8000005A, "LINEERR_INVALAGENTSTATE", "state-not-allowed"},
    {0x8000005B, "LINEERR_INVALAGENTACTIVITY", "invalid-argument"},
    {0x8000005F, "LINEERR_INVALAGENTSESSIONSTATE", "state-not-allowed"},
    {0x80000060, "LINEERR_DISCONNECTED", "source-lost"},
    {0x80000061, "LINEERR_SERVICE_NOT_RUNNING", "source-lost"},
    {0x80010108, "RPC_E_DISCONNECTED", "source-lost"},
    {0x800706BA, "RPC_S_SERVER_UNAVAILABLE", "source-lost"},
    {0x88890004, "AUDCLNT_E_DEVICE_INVALIDATED", "audio-device-gone"},
    {0x88890010, "AUDCLNT_E_SERVICE_NOT_RUNNING", "source-lost"},
    {0x80070490, "E_NOTFOUND", "not-found"},
};

const HresultRow* find(std::uint32_t code) {
    const auto row = std::ranges::find(hresultTable, code, &HresultRow::code);
    return row == std::end(hresultTable) ? nullptr : row;
}

}  // namespace

std::span<const Problem> problems() { return problemTable; }
std::span<const HresultRow> hresults() { return hresultTable; }

const Problem& problem(std::string_view slug) {
    const auto row = std::ranges::find(problemTable, slug, &Problem::slug);
    return row == std::end(problemTable) ? problem("internal") : *row;
}

std::string hex(std::uint32_t code) { return fmt::format("0x{:08X}", code); }

std::string_view symbolOf(std::uint32_t code) {
    const auto* row = find(code);
    return row ? row->symbol : std::string_view();
}

Fault fromHresult(std::uint32_t code, std::string_view what) {
    const auto* row = find(code);
    const auto shown = row ? fmt::format("{} ({})", row->symbol, hex(code)) : hex(code);
    Fault fault{row ? std::string(row->slug) : "source-fault", fmt::format("{} answered {}.", what, shown), code};
    if (row) fault.symbol = row->symbol;
    fault.outcomeUnknown = fault.slug == "source-timeout";
    return fault;
}

bool meansSourceLost(std::uint32_t code) {
    const auto* row = find(code);
    return row && (row->slug == "source-lost" || row->slug == "source-restarting");
}

}  // namespace deskline
