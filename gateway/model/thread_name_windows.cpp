#include <windows.h>

#include <string>

#include "model/thread_name.hpp"

namespace deskline {

void nameThread(const char* name) {
    using Describe = HRESULT(WINAPI*)(HANDLE, PCWSTR);
    // mingw-w64's headers of Debian 12 do not have it, and Windows before 10 1607 neither.
    const auto found = reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"kernel32"), "SetThreadDescription"));
    if (!found) return;
    const std::string ascii(name);
    reinterpret_cast<Describe>(found)(GetCurrentThread(), std::wstring(ascii.begin(), ascii.end()).c_str());
}

}  // namespace deskline
