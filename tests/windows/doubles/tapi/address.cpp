#include "doubles/tapi/address.hpp"

#include "doubles/simulation.hpp"
#include "doubles/tapi/call.hpp"
#include "doubles/tapi/enumeration.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles::tapi {

HRESULT AddressObject::EnumerateCalls(IEnumCall** out) {
    std::vector<com::ComPtr<ITCallInfo>> items;
    for (const auto& call : world().acd.calls()) {
        if (call.address != name) continue;
        const auto object = calls().get(call.id);
        object->tell(call);
        items.emplace_back(object);
    }
    return enumerate(std::move(items), out);
}

Registry<AddressObject>& addresses() {
    static Registry<AddressObject> all;
    return all;
}

HRESULT AddressObject::get_State(ADDRESS_STATE* out) {
    const Inside inside;
    if (const auto code = world().acd.faults().pass("ITAddress::get_State", name)) return hr(code);
    const auto line = world().acd.address(name);
    *out = numberOf(addressStates, line ? line->state : AddressState::out_of_service);
    return S_OK;
}

HRESULT AddressObject::get_DialableAddress(BSTR* out) {
    const auto line = world().acd.address(name);
    return give(line ? line->dialableAddress : "", out);
}

HRESULT enumerateAddresses(IEnumAddress** out, bool second) {
    std::vector<com::ComPtr<ITAddress>> items;
    for (const auto& address : world().acd.addresses()) {
        items.emplace_back();
        if (second)
            items.back().Attach(new AddressObject(address.name));
        else
            items.back() = addresses().get(address.name);
    }
    return enumerate(std::move(items), out);
}

}  // namespace deskline::doubles::tapi
