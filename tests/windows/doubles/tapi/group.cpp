#include "doubles/tapi/group.hpp"

#include "doubles/rules/apartment.hpp"
#include "doubles/simulation.hpp"
#include "doubles/tapi/enumeration.hpp"
#include "doubles/tapi/queue.hpp"
#include "doubles/tapi/results.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles::tapi {

HRESULT GroupObject::get_Name(BSTR* out) { return removed() ? hr(groupRemoved) : give(name, out); }

HRESULT GroupObject::EnumerateQueues(IEnumQueue** out) {
    called("ITACDGroup::EnumerateQueues");
    if (removed()) return hr(groupRemoved);
    std::vector<com::ComPtr<ITQueue>> items;
    if (!world().acd.queueRemoved(name)) items.emplace_back(queues().get(name));
    return enumerate(std::move(items), out);
}

bool GroupObject::removed() const { return world().acd.groupRemoved(name); }

Registry<GroupObject>& groups() {
    static Registry<GroupObject> all;
    return all;
}

}  // namespace deskline::doubles::tapi
