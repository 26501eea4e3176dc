#include "telephony/tapi3/objects.hpp"

namespace deskline::telephony {
namespace {

using com::Bstr;
using com::failed;

template <class Name, class Object>
Result<Name> readText(Object* object, HRESULT (WINAPI Object::*getter)(BSTR*), const char* what) {
    Bstr name;
    if (const HRESULT code = (object->*getter)(name.receive()); FAILED(code)) return failed(code, what);
    return Name(name.text());
}

// Reads an ITCollection in a VARIANT, which TAPI offers beside each enumerator. False: it cannot be read.
template <class Item>
bool fromCollection(const VARIANT& variant, std::vector<ComPtr<Item>>& items) {
    if (variant.vt != VT_DISPATCH || !variant.pdispVal) return false;
    ComPtr<IUnknown> enumerator;
    VARIANT result;
    VariantInit(&result);
    DISPPARAMS none{};
    if (FAILED(variant.pdispVal->Invoke(DISPID_NEWENUM, IID_NULL, LOCALE_USER_DEFAULT,
                                        DISPATCH_PROPERTYGET | DISPATCH_METHOD, &none, &result, nullptr, nullptr)))
        return false;
    const auto all =
        result.vt == VT_UNKNOWN || result.vt == VT_DISPATCH ? com::query<IEnumVARIANT>(result.punkVal) : nullptr;
    VariantClear(&result);
    if (!all) return false;
    for (;;) {
        VARIANT item;
        VariantInit(&item);
        ULONG fetched = 0;
        if (all->Next(1, &item, &fetched) != S_OK || fetched == 0) return true;
        if (item.vt == VT_DISPATCH || item.vt == VT_UNKNOWN)
            if (auto object = com::query<Item>(item.punkVal)) items.push_back(std::move(object));
        VariantClear(&item);
    }
}

template <class Item, class Enumerator, class Owner>
Result<std::vector<ComPtr<Item>>> all(Owner* owner, HRESULT (WINAPI Owner::*enumerate)(Enumerator**),
                                      HRESULT (WINAPI Owner::*collection)(VARIANT*), const char* what) {
    ComPtr<Enumerator> enumerator;
    const HRESULT code = (owner->*enumerate)(enumerator.GetAddressOf());
    bool ok = SUCCEEDED(code) && enumerator;
    if (ok) {
        auto items = com::collect<Item>(enumerator.Get(), ok);
        if (ok) return items;
    }
    VARIANT variant;
    VariantInit(&variant);
    std::vector<ComPtr<Item>> items;
    const bool had = !meansSourceLost(static_cast<std::uint32_t>(code)) && SUCCEEDED((owner->*collection)(&variant)) &&
                     fromCollection(variant, items);
    VariantClear(&variant);
    if (had) return items;
    return failed(FAILED(code) ? code : E_FAIL, what);
}

std::optional<std::string> callText(ITCallInfo* call, CALLINFO_STRING which) {
    Bstr value;
    if (FAILED(call->get_CallInfoString(which, value.receive()))) return std::nullopt;
    auto said = value.text();
    return said.empty() ? std::nullopt : std::optional(std::move(said));
}

}  // namespace

Result<HandlerName> readName(ITAgentHandler* handler) {
    return readText<HandlerName>(handler, &ITAgentHandler::get_Name, "ITAgentHandler::get_Name");
}
Result<GroupName> readName(ITACDGroup* group) {
    return readText<GroupName>(group, &ITACDGroup::get_Name, "ITACDGroup::get_Name");
}
Result<std::string> readName(ITQueue* queue) {
    return readText<std::string>(queue, &ITQueue::get_Name, "ITQueue::get_Name");
}
Result<AddressName> readName(ITAddress* address) {
    return readText<AddressName>(address, &ITAddress::get_AddressName, "ITAddress::get_AddressName");
}

Result<Address> readAddress(ITAddress* object) {
    const auto name = readName(object);
    if (!name) return name.error();
    Address address{.name = *name};
    Bstr number, provider;
    if (SUCCEEDED(object->get_DialableAddress(number.receive()))) address.dialableAddress = number.text();
    if (SUCCEEDED(object->get_ServiceProviderName(provider.receive()))) address.provider = provider.text();
    ADDRESS_STATE state{};
    if (SUCCEEDED(object->get_State(&state))) address.state = fromTapi(state);
    return address;
}

Result<Agent> readAgent(ITAgent* object, const HandlerName& handler) {
    Agent agent;
    agent.handler = handler;
    agent.since = now();
    Bstr id, user;
    if (const HRESULT code = object->get_ID(id.receive()); SUCCEEDED(code))
        agent.id = AgentId(id.text());
    else if (symbolOf(static_cast<std::uint32_t>(code)) != "TAPI_E_CALLCENTER_NO_AGENT_ID")
        return failed(code, "ITAgent::get_ID");
    if (const HRESULT code = object->get_User(user.receive()); SUCCEEDED(code)) agent.user = user.text();
    if (agent.id.empty()) agent.id = AgentId(agent.user);
    AGENT_STATE state = ::AS_UNKNOWN;
    if (const HRESULT code = object->get_State(&state); FAILED(code)) return failed(code, "ITAgent::get_State");
    agent.state = fromTapi(state);
    if (const auto figures = readStatistics(object)) agent.statistics = *figures;
    return agent;
}

Result<Time> readStart(ITAgentSession* session) {
    DATE date = 0;
    if (const HRESULT code = session->get_SessionStartTime(&date); FAILED(code))
        return failed(code, "ITAgentSession::get_SessionStartTime");
    const auto time = fromOleDate(date, com::secondsEastOfUtc(date));
    if (!time) return Fault{"source-fault", "ITAgentSession::get_SessionStartTime answered a date that is none."};
    return *time;
}

void readParties(ITCallInfo* call, Call& out) {
    out.caller = {callText(call, ::CIS_CALLERIDNUMBER), callText(call, ::CIS_CALLERIDNAME)};
    out.called = {callText(call, ::CIS_CALLEDIDNUMBER), callText(call, ::CIS_CALLEDIDNAME)};
}

CallDirection readDirection(ITCallInfo* call) {
    __LONG32 origin = 0;
    return SUCCEEDED(call->get_CallInfoLong(::CIL_ORIGIN, &origin)) ? directionFrom(origin) : CallDirection::unknown;
}

std::uint32_t readNumber(ITCallInfo* call) {
    __LONG32 number = 0;
    return SUCCEEDED(call->get_CallInfoLong(::CIL_CALLID, &number)) ? static_cast<std::uint32_t>(number) : 0;
}

Result<std::vector<ComPtr<ITAgentHandler>>> handlersOf(ITTAPICallCenter* center) {
    return all<ITAgentHandler>(center, &ITTAPICallCenter::EnumerateAgentHandlers, &ITTAPICallCenter::get_AgentHandlers,
                               "ITTAPICallCenter::EnumerateAgentHandlers");
}

Result<std::vector<ComPtr<ITACDGroup>>> groupsOf(ITAgentHandler* handler) {
    return all<ITACDGroup>(handler, &ITAgentHandler::EnumerateACDGroups, &ITAgentHandler::get_ACDGroups,
                           "ITAgentHandler::EnumerateACDGroups");
}

Result<std::vector<ComPtr<ITAddress>>> addressesOf(ITTAPI* tapi) {
    return all<ITAddress>(tapi, &ITTAPI::EnumerateAddresses, &ITTAPI::get_Addresses, "ITTAPI::EnumerateAddresses");
}

Result<std::vector<ComPtr<ITAddress>>> addressesOf(ITAgentHandler* handler) {
    return all<ITAddress>(handler, &ITAgentHandler::EnumerateUsableAddresses, &ITAgentHandler::get_UsableAddresses,
                          "ITAgentHandler::EnumerateUsableAddresses");
}

Result<std::vector<ComPtr<ITQueue>>> queuesOf(ITACDGroup* group) {
    return all<ITQueue>(group, &ITACDGroup::EnumerateQueues, &ITACDGroup::get_Queues, "ITACDGroup::EnumerateQueues");
}

Result<std::vector<ComPtr<ITAgentSession>>> sessionsOf(ITAgent* agent) {
    return all<ITAgentSession>(agent, &ITAgent::EnumerateAgentSessions, &ITAgent::get_AgentSessions,
                               "ITAgent::EnumerateAgentSessions");
}

std::vector<ComPtr<ITCallInfo>> callsOf(ITAddress* address) {
    ComPtr<IEnumCall> enumerator;
    if (FAILED(address->EnumerateCalls(enumerator.GetAddressOf())) || !enumerator) return {};
    bool ok = true;
    return com::collect<ITCallInfo>(enumerator.Get(), ok);
}

}  // namespace deskline::telephony
