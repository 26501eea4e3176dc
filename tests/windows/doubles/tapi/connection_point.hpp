// A fake of IConnectionPoint for ITTAPIEventNotification: where a client of TAPI advises its sink. The client's threads
// call it. It enforces that nobody unadvises inside a callback. Lifetime: it keeps its TAPI object alive.
#pragma once
#include "com/com.hpp"
#include "doubles/rules/object.hpp"
#include "doubles/tapi/tapi.hpp"

namespace deskline::doubles::tapi {

class ConnectionPoint final : public TapiObject<IConnectionPoint> {
public:
    explicit ConnectionPoint(com::ComPtr<Tapi> tapi) : tapi_(std::move(tapi)) {}
    HRESULT STDMETHODCALLTYPE GetConnectionInterface(IID* out) override;
    HRESULT STDMETHODCALLTYPE GetConnectionPointContainer(IConnectionPointContainer** out) override;
    HRESULT STDMETHODCALLTYPE Advise(IUnknown* sink, DWORD* cookie) override;
    HRESULT STDMETHODCALLTYPE Unadvise(DWORD cookie) override;
    HRESULT STDMETHODCALLTYPE EnumConnections(IEnumConnections**) override { return E_NOTIMPL; }

private:
    com::ComPtr<Tapi> tapi_;
};

}  // namespace deskline::doubles::tapi
