// A fake of ITAddress: a line of the switch. The client's threads call it; it refuses what a gateway has no
// business with (calls of its own, forwarding).
#pragma once
#include <string>

#include "doubles/rules/object.hpp"
#include "doubles/tapi/numbers.hpp"
#include "doubles/tapi/registry.hpp"
#include "doubles/tapi/results.hpp"
#include "simulation/switch.hpp"

namespace deskline::doubles::tapi {

class AddressObject final : public TapiObject<Automation<ITAddress>> {
public:
    explicit AddressObject(std::string given) : name(std::move(given)) {}
    const std::string name;

    HRESULT WINAPI get_State(ADDRESS_STATE* out) override;
    HRESULT WINAPI get_AddressName(BSTR* out) override { return give(name, out); }
    HRESULT WINAPI get_ServiceProviderName(BSTR* out) override {
        return give(std::string(simulation::providerName), out);
    }
    HRESULT WINAPI get_DialableAddress(BSTR* out) override;
    HRESULT WINAPI EnumerateCalls(IEnumCall** out) override;

    HRESULT WINAPI get_TAPIObject(ITTAPI**) override { return E_NOTIMPL; }
    HRESULT WINAPI CreateCall(BSTR, __LONG32, __LONG32, ITBasicCallControl**) override { return E_NOTIMPL; }
    HRESULT WINAPI get_Calls(VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI CreateForwardInfoObject(ITForwardInformation**) override { return E_NOTIMPL; }
    HRESULT WINAPI Forward(ITForwardInformation*, ITBasicCallControl*) override { return E_NOTIMPL; }
    HRESULT WINAPI get_CurrentForwardInfo(ITForwardInformation**) override { return E_NOTIMPL; }
    HRESULT WINAPI put_MessageWaiting(VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI get_MessageWaiting(VARIANT_BOOL*) override { return E_NOTIMPL; }
    HRESULT WINAPI put_DoNotDisturb(VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI get_DoNotDisturb(VARIANT_BOOL*) override { return E_NOTIMPL; }
};

Registry<AddressObject>& addresses();  // by name
// All that the switch has now. `second`: each is another object than the one in the registry.
HRESULT enumerateAddresses(IEnumAddress** out, bool second = false);

}  // namespace deskline::doubles::tapi
