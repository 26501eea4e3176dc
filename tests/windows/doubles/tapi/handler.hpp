// A fake of ITAgentHandler: the switch's ACD, which signs agents in and lists groups and addresses. The client's
// threads call it. CreateAgentWithID insists on a PIN.
#pragma once
#include <string>

#include "doubles/rules/object.hpp"
#include "doubles/tapi/numbers.hpp"
#include "doubles/tapi/registry.hpp"
#include "doubles/tapi/results.hpp"

namespace deskline::doubles::tapi {

class HandlerObject final : public TapiObject<Automation<ITAgentHandler>> {
public:
    explicit HandlerObject(std::string given) : name(std::move(given)) {}
    const std::string name;

    HRESULT WINAPI get_Name(BSTR* out) override { return give(name, out); }
    HRESULT WINAPI CreateAgent(ITAgent** out) override;  // of the Windows user
    HRESULT WINAPI CreateAgentWithID(BSTR id, BSTR pin, ITAgent** out) override;
    HRESULT WINAPI EnumerateACDGroups(IEnumACDGroup** out) override;
    HRESULT WINAPI EnumerateUsableAddresses(IEnumAddress** out) override;
    HRESULT WINAPI get_ACDGroups(VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI get_UsableAddresses(VARIANT*) override { return E_NOTIMPL; }
};

Registry<HandlerObject>& handlers();  // by name

}  // namespace deskline::doubles::tapi
