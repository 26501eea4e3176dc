#include "doubles/audio/results.hpp"

#include <objbase.h>

#include <algorithm>

#include "com/com.hpp"

namespace deskline::doubles::audio {

HRESULT give(const std::string& text, LPWSTR* out) {
    const auto wide = com::toUtf16(text);
    *out = static_cast<LPWSTR>(CoTaskMemAlloc((wide.size() + 1) * sizeof(wchar_t)));
    if (!*out) return E_OUTOFMEMORY;
    std::copy_n(wide.c_str(), wide.size() + 1, *out);
    return S_OK;
}

}  // namespace deskline::doubles::audio
