// A fake of ITACDGroup: a group of the switch, which has one queue of its name. The client's threads call it. A group
// that the switch removed answers TAPI_E_CALLCENTER_GROUP_REMOVED.
#pragma once
#include <string>

#include "doubles/rules/object.hpp"
#include "doubles/tapi/numbers.hpp"
#include "doubles/tapi/registry.hpp"

namespace deskline::doubles::tapi {

class GroupObject final : public TapiObject<Automation<ITACDGroup>> {
public:
    explicit GroupObject(std::string given) : name(std::move(given)) {}
    const std::string name;

    HRESULT WINAPI get_Name(BSTR* out) override;
    HRESULT WINAPI EnumerateQueues(IEnumQueue** out) override;
    HRESULT WINAPI get_Queues(VARIANT*) override { return E_NOTIMPL; }

private:
    bool removed() const;
};

Registry<GroupObject>& groups();  // by name

}  // namespace deskline::doubles::tapi
