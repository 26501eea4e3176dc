#include "telephony/tapi3/diagnosis.hpp"

#include <map>

#include "com/services.hpp"
#include "telephony/tapi3/objects.hpp"

namespace deskline::telephony {
namespace {

constexpr GUID tapi2 = {
    0x54FBDC8C, 0xD90F, 0x4DAD, {0x96, 0x95, 0xB3, 0x73, 0x09, 0x7F, 0x09, 0x4B}};  // ITTAPI2: TAPI 3.1

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "none" : text;
}

auto addingTo(std::vector<Finding>& findings) {
    return [&](Severity severity, std::string finding, std::string meaning = "", std::string remedy = "") {
        findings.push_back({"telephony", severity, std::move(finding), std::move(meaning), std::move(remedy)});
    };
}

void diagnoseHandler(ITAgentHandler* handler, std::vector<Finding>& findings) {
    const auto add = addingTo(findings);
    const auto name = readName(handler);
    if (!name)
        return add(Severity::degraded, "An agent handler does not tell its name: " + name.error().detail,
                   "It cannot be used.", "Ask the vendor of the agent proxy.");
    std::vector<std::string> groupNames, queueNames, addressNames;
    const auto groups = groupsOf(handler);
    if (groups)
        for (const auto& group : *groups) {
            if (const auto text = readName(group.Get())) groupNames.push_back(*text);
            if (const auto queues = queuesOf(group.Get()))
                for (const auto& queue : *queues)
                    if (const auto text = readName(queue.Get())) queueNames.push_back(*text);
        }
    const auto addresses = addressesOf(handler);
    if (addresses)
        for (const auto& address : *addresses)
            if (const auto text = readName(address.Get())) addressNames.push_back(*text);
    add(Severity::ok, "Agent handler '" + *name + "': groups " + listed(groupNames) + "; queues " + listed(queueNames) +
                          "; addresses " + listed(addressNames) + ".");
    if (groupNames.empty())
        add(Severity::degraded, "'" + *name + "' shows no ACD group.", "No session can be opened.",
            "Give Deskline's account access to the groups in the switch's configuration.");
    if (addressNames.empty())
        add(Severity::degraded, "'" + *name + "' shows no usable address.", "No session can be opened.",
            "Assign lines to Deskline's account (for a remote TAPI server, with tapimgmt.msc).");
}

// The lines of each service provider, and which of them are out of service.
void diagnoseLines(ITTAPI* tapi, std::vector<Finding>& findings) {
    const auto add = addingTo(findings);
    const auto lines = addressesOf(tapi);
    if (!lines)
        return add(Severity::degraded, "The lines cannot be listed: " + lines.error().detail, "No call would be seen.",
                   "Look at the service Telephony (TapiSrv) and its service providers.");
    std::map<std::string, std::vector<std::string>> providers, silent;
    for (const auto& object : *lines) {
        const auto line = readAddress(object.Get());
        if (!line) continue;
        const auto number = line->dialableAddress.empty() ? "" : " (" + line->dialableAddress + ")";
        providers[line->provider].push_back(line->name + number);
        if (line->state == AddressState::out_of_service) silent[line->provider].push_back(line->name);
    }
    for (const auto& [provider, names] : providers)
        add(Severity::ok, "Lines of " + provider + ": " + listed(names) + ". Calls on them are told.");
    for (const auto& [provider, names] : silent)
        add(Severity::degraded, "Out of service at " + provider + ": " + listed(names) + ".",
            "No call comes on these lines.", "Look at the switch, and at the settings of the service provider.");
    if (providers.empty())
        add(Severity::degraded, "There is no line.", "No call will be seen, and no session can be opened.",
            "Install the switch's service provider (TSP), or assign lines to Deskline's account (tapimgmt.msc).");
}

void diagnoseHandlers(ITTAPI* tapi, std::vector<Finding>& findings) {
    const auto add = addingTo(findings);
    const auto center = com::query<ITTAPICallCenter>(tapi);
    const auto handlers = center ? handlersOf(center.Get())
                                 : Result<std::vector<ComPtr<ITAgentHandler>>>(
                                       com::failed(E_NOINTERFACE, "QueryInterface(ITTAPICallCenter)"));
    if (!handlers)
        add(Severity::degraded, "Agent handlers cannot be listed: " + handlers.error().detail,
            "No call-center control.", "Look at the agent proxy of the service provider.");
    else if (handlers->empty())
        add(Severity::degraded, "There is no agent handler.",
            "The service provider has no agent proxy, so call-center control is not to be had from this host; its "
            "lines, calls and audio are served.",
            "Install and start the agent proxy that belongs to the switch's service provider; Deskline notices it by "
            "itself.");
    else
        for (const auto& handler : *handlers) diagnoseHandler(handler.Get(), findings);
}

}  // namespace

std::vector<Finding> diagnoseTapi() {
    const auto apartment = com::enterApartment();
    std::vector<Finding> findings;
    const auto add = addingTo(findings);
    ComPtr<ITTAPI> tapi;
    const HRESULT code = CoCreateInstance(tapiClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(ITTAPI),
                                          reinterpret_cast<void**>(tapi.GetAddressOf()));
    if (FAILED(code)) {
        add(Severity::degraded, "TAPI 3 is not to be had: " + com::failed(code, "CoCreateInstance(CLSID_TAPI)").detail,
            "No telephony from this host; audio is served.",
            "On Windows, tapi3.dll belongs to the system: run 'regsvr32 tapi3.dll', or repair the system. Without "
            "telephony, set [telephony] source = "
            "\"none\".");
        return findings;
    }
    add(Severity::ok, "TAPI 3 is registered.");
    findings.push_back(com::checkService("telephony", L"TapiSrv", "Telephony",
                                         "TAPI starts it on demand; if it cannot, there is no telephony."));
    if (const HRESULT failed = tapi->Initialize(); FAILED(failed)) {
        add(Severity::degraded, "TAPI cannot be initialised: " + com::failed(failed, "ITTAPI::Initialize").detail,
            "No telephony from this host.", "Look at the service Telephony (TapiSrv) and the event log.");
        return findings;
    }
    ComPtr<IUnknown> second;
    const bool version31 = SUCCEEDED(tapi->QueryInterface(tapi2, reinterpret_cast<void**>(second.GetAddressOf())));
    second.Reset();
    add(Severity::ok, version31 ? "It is TAPI 3.1." : "It is TAPI 3.0.");
    if (const HRESULT failed = tapi->put_EventFilter(eventFilter); FAILED(failed))
        add(Severity::degraded, "The event filter is refused: " + com::failed(failed, "ITTAPI::put_EventFilter").detail,
            "No event would arrive.", "Ask the vendor of the service provider.");
    else
        add(Severity::ok, "The event filter 0x764F is accepted.");
    diagnoseLines(tapi.Get(), findings);
    diagnoseHandlers(tapi.Get(), findings);
    return tapi->Shutdown(), findings;
}

}  // namespace deskline::telephony
