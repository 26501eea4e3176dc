// A fake of ITCallInfo: a call that the client monitors, as its last event left it. The event thread tells it what
// changed, the client's threads read it; one lock inside. What the client may not do with a call that it only monitors
// is refused.
#pragma once
#include <mutex>
#include <string>

#include "doubles/rules/object.hpp"
#include "doubles/tapi/numbers.hpp"
#include "doubles/tapi/registry.hpp"

namespace deskline::doubles::tapi {

class CallObject final : public TapiObject<Automation<ITCallInfo>> {
public:
    explicit CallObject(std::string given) : id(std::move(given)) {}
    const std::string id;
    void tell(const Call& call);

    HRESULT WINAPI get_Address(ITAddress** out) override;
    HRESULT WINAPI get_CallState(CALL_STATE* out) override;
    HRESULT WINAPI get_Privilege(CALL_PRIVILEGE* out) override;
    HRESULT WINAPI get_CallInfoLong(CALLINFO_LONG which, __LONG32* out) override;
    HRESULT WINAPI get_CallInfoString(CALLINFO_STRING which, BSTR* out) override;

    HRESULT WINAPI get_CallHub(ITCallHub**) override { return E_NOTIMPL; }
    HRESULT WINAPI put_CallInfoLong(CALLINFO_LONG, __LONG32) override { return E_NOTIMPL; }
    HRESULT WINAPI put_CallInfoString(CALLINFO_STRING, BSTR) override { return E_NOTIMPL; }
    HRESULT WINAPI get_CallInfoBuffer(CALLINFO_BUFFER, VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI put_CallInfoBuffer(CALLINFO_BUFFER, VARIANT) override { return E_NOTIMPL; }
    HRESULT WINAPI GetCallInfoBuffer(CALLINFO_BUFFER, DWORD*, BYTE**) override { return E_NOTIMPL; }
    HRESULT WINAPI SetCallInfoBuffer(CALLINFO_BUFFER, DWORD, BYTE*) override { return E_NOTIMPL; }
    HRESULT WINAPI ReleaseUserUserInfo() override { return E_NOTIMPL; }

private:
    Call call();

    std::mutex mutex_;
    Call call_;
};

Registry<CallObject>& calls();  // by the switch's id

}  // namespace deskline::doubles::tapi
