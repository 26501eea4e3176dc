// What TAPI's getters hand out, in Automation's types: BSTR, long, CURRENCY. E_POINTER where there is no place for it.
// Thread: any. A BSTR that was given is the caller's.
#pragma once
#include <windows.h>

#include <oleauto.h>

#include <cstdint>
#include <string>

namespace deskline::doubles::tapi {

HRESULT give(const std::string& text, BSTR* out);
HRESULT give(std::int64_t value, __LONG32* out);
HRESULT give(double perHour, CURRENCY* out);  // an integer scaled by 10,000
std::string text(BSTR in);                    // "" of none

}  // namespace deskline::doubles::tapi
