#include "doubles/tapi/handler.hpp"

#include <fmt/format.h>

#include "doubles/rules/apartment.hpp"
#include "doubles/simulation.hpp"
#include "doubles/tapi/address.hpp"
#include "doubles/tapi/agent.hpp"
#include "doubles/tapi/enumeration.hpp"
#include "doubles/tapi/group.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles::tapi {

using com::ComPtr;

HRESULT HandlerObject::CreateAgent(ITAgent** out) {
    called("ITAgentHandler::CreateAgent");
    std::string id;
    if (const auto code = world().acd.signInUser("winuser", id)) return hr(code);
    return ComPtr<ITAgent>(agents().get(id)).CopyTo(out);
}

HRESULT HandlerObject::CreateAgentWithID(BSTR id, BSTR pin, ITAgent** out) {
    const Inside inside;
    called(fmt::format("ITAgentHandler::CreateAgentWithID({})", text(id)));
    if (!pin) return E_INVALIDARG;
    if (const auto code = world().acd.signIn(text(id), text(pin))) return hr(code);
    return ComPtr<ITAgent>(agents().get(text(id))).CopyTo(out);
}

HRESULT HandlerObject::EnumerateACDGroups(IEnumACDGroup** out) {
    called("ITAgentHandler::EnumerateACDGroups");
    const Inside inside;
    if (const auto code = world().acd.faults().pass("EnumerateACDGroups", name)) return hr(code);
    std::vector<ComPtr<ITACDGroup>> items;
    for (const auto& group : world().acd.groups()) items.emplace_back(groups().get(group.name));
    return enumerate(std::move(items), out);
}

HRESULT HandlerObject::EnumerateUsableAddresses(IEnumAddress** out) {
    called("ITAgentHandler::EnumerateUsableAddresses");
    return enumerateAddresses(out, world().secondObjects);
}

Registry<HandlerObject>& handlers() {
    static Registry<HandlerObject> all;
    return all;
}

}  // namespace deskline::doubles::tapi
