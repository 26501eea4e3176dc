#include "doubles/tapi/address.hpp"

#include "doubles/tapi/enumeration.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles::tapi {

HRESULT AddressObject::EnumerateCalls(IEnumCall** out) { return enumerate<IEnumCall, ITCallInfo>({}, out); }

Registry<AddressObject>& addresses() {
    static Registry<AddressObject> all;
    return all;
}

HRESULT enumerateAddresses(IEnumAddress** out) {
    std::vector<com::ComPtr<ITAddress>> items;
    for (const auto& address : world().acd.addresses()) items.emplace_back(addresses().get(address.name));
    return enumerate(std::move(items), out);
}

}  // namespace deskline::doubles::tapi
