// A fake of ITAddress: a line of the switch, in service. The client's threads call it; it refuses what a gateway has no
// business with (calls of its own, forwarding).
#pragma once
#include <string>

#include "doubles/rules/object.hpp"
#include "doubles/tapi/numbers.hpp"
#include "doubles/tapi/registry.hpp"
#include "doubles/tapi/results.hpp"

namespace deskline::doubles::tapi {

class AddressObject final : public TapiObject<Automation<ITAddress>> {
public:
    explicit AddressObject(std::string given) : name(std::move(given)) {}
    const std::string name;

    HRESULT WINAPI get_State(ADDRESS_STATE* out) override {
        *out = inService;
        return S_OK;
    }
    HRESULT WINAPI get_AddressName(BSTR* out) override { return give(name, out); }
    HRESULT WINAPI get_ServiceProviderName(BSTR* out) override { return give("Simulated service provider", out); }
    HRESULT WINAPI get_DialableAddress(BSTR* out) override { return give(name, out); }
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

Registry<AddressObject>& addresses();            // by name
HRESULT enumerateAddresses(IEnumAddress** out);  // all of the switch

}  // namespace deskline::doubles::tapi
