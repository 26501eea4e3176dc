// The HRESULTs that a switch or a sound system may answer, with their symbols and the problem that each means. The
// numbers stand nowhere else: code says hresult("TAPI_E_TIMEOUT"), and a symbol without a row does not compile. In the
// order of the fault tables of the TAPI 3 and Core Audio sources; a switch may answer a LINEERR_ code or its TAPI_E_
// twin, so both have rows. Source:
// tapi3err.h, tapi.h, winerror.h, audioclient.h. Thread: any.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "model/problem.hpp"

namespace deskline {

struct HresultRow {
    std::uint32_t code;
    std::string_view symbol;
    Slug slug;
};

inline constexpr HresultRow hresultTable[] = {
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
    {0x800401FD, "CO_E_OBJNOTCONNECTED", "source-lost"},
    {0x800706BA, "RPC_S_SERVER_UNAVAILABLE", "source-lost"},
    {0x800706BE, "RPC_S_CALL_FAILED", "source-lost"},
    {0x88890004, "AUDCLNT_E_DEVICE_INVALIDATED", "audio-device-gone"},
    {0x88890010, "AUDCLNT_E_SERVICE_NOT_RUNNING", "source-lost"},
    {0x80070490, "E_NOTFOUND", "not-found"},
};

consteval std::uint32_t hresult(std::string_view symbol) {
    for (const auto& row : hresultTable)
        if (row.symbol == symbol) return row.code;
    throw "no row has this symbol";
}

const HresultRow* rowOf(std::uint32_t code);    // null: in no row
std::string hex(std::uint32_t code);            // "0x80040044"
std::string_view symbolOf(std::uint32_t code);  // "": in no row
bool meansSourceLost(std::uint32_t code);       // the object or the service behind it is gone: rebuild everything

}  // namespace deskline
