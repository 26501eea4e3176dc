// What Core Audio's getters hand out as a string: LPWSTR from CoTaskMemAlloc, the caller's to free. Thread: any.
#pragma once
#include <windows.h>

#include <string>

namespace deskline::doubles::audio {

HRESULT give(const std::string& text, LPWSTR* out);

}  // namespace deskline::doubles::audio
