#include "doubles/tapi/results.hpp"

#include "com/com.hpp"

namespace deskline::doubles::tapi {

HRESULT give(const std::string& text, BSTR* out) {
    if (!out) return E_POINTER;
    const auto wide = com::toUtf16(text);
    *out = SysAllocStringLen(wide.data(), static_cast<UINT>(wide.size()));
    return *out ? S_OK : E_OUTOFMEMORY;
}

HRESULT give(std::int64_t value, __LONG32* out) {
    if (!out) return E_POINTER;
    *out = static_cast<__LONG32>(value);
    return S_OK;
}

HRESULT give(double perHour, CURRENCY* out) {
    if (!out) return E_POINTER;
    out->int64 = static_cast<LONGLONG>(perHour * 10'000.0 + 0.5);
    return S_OK;
}

std::string text(BSTR in) { return in ? com::toUtf8({in, SysStringLen(in)}) : std::string(); }

}  // namespace deskline::doubles::tapi
