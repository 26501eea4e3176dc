#include "doubles/tapi/connection_point.hpp"

#include "doubles/rules/apartment.hpp"

namespace deskline::doubles::tapi {

HRESULT ConnectionPoint::GetConnectionInterface(IID* out) {
    *out = __uuidof(ITTAPIEventNotification);
    return S_OK;
}

HRESULT ConnectionPoint::GetConnectionPointContainer(IConnectionPointContainer** out) {
    return com::ComPtr<IConnectionPointContainer>(tapi_).CopyTo(out);
}

HRESULT ConnectionPoint::Advise(IUnknown* sink, DWORD* cookie) {
    called("IConnectionPoint::Advise");
    return tapi_->advise(sink, cookie);
}

HRESULT ConnectionPoint::Unadvise(DWORD cookie) {
    called("IConnectionPoint::Unadvise");
    if (insideCallback()) ruleBroken("Unadvise inside a callback");
    return tapi_->unadvise(cookie);
}

}  // namespace deskline::doubles::tapi
