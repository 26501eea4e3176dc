#include "doubles/tapi/call.hpp"

#include "doubles/simulation.hpp"
#include "doubles/tapi/address.hpp"
#include "doubles/tapi/results.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles::tapi {

void CallObject::tell(const Call& call) {
    const std::lock_guard lock(mutex_);
    call_ = call;
}

Call CallObject::call() {
    const std::lock_guard lock(mutex_);
    return call_;
}

HRESULT CallObject::get_Address(ITAddress** out) {
    return com::ComPtr<ITAddress>(addresses().get(call().address)).CopyTo(out);
}

HRESULT CallObject::get_CallState(CALL_STATE* out) {
    *out = numberOf(callStates, call().state);
    return S_OK;
}

HRESULT CallObject::get_Privilege(CALL_PRIVILEGE* out) {
    *out = monitorPrivilege;
    return S_OK;
}

HRESULT CallObject::get_CallInfoLong(CALLINFO_LONG which, __LONG32* out) {
    if (which == callNumber) {
        *out = static_cast<__LONG32>(std::stol(id.substr(id.find('-') + 1)));
        return S_OK;
    }
    if (which != origin) return E_INVALIDARG;
    *out = world().nextOrigin();
    return S_OK;
}

HRESULT CallObject::get_CallInfoString(CALLINFO_STRING which, BSTR* out) {
    const auto now = call();
    const auto& said = which == callerIdNumber   ? now.caller.number
                       : which == callerIdName   ? now.caller.name
                       : which == calledIdNumber ? now.called.number
                                                 : now.called.name;
    return said ? give(*said, out) : hr(callUnavailable);
}

Registry<CallObject>& calls() {
    static Registry<CallObject> all;
    return all;
}

}  // namespace deskline::doubles::tapi
