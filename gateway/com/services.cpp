#include "com/services.hpp"

#include "com/com.hpp"

#include <winsvc.h>

namespace deskline::com {

Finding checkService(const std::string& area, const wchar_t* service, const std::string& shown,
                     const std::string& without) {
    const auto name = shown + " (" + toUtf8(service) + ")";
    const SC_HANDLE manager = OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT);
    const SC_HANDLE handle = manager ? OpenServiceW(manager, service, SERVICE_QUERY_STATUS) : nullptr;
    SERVICE_STATUS status{};
    const bool known = handle && QueryServiceStatus(handle, &status);
    const DWORD error = known ? ERROR_SUCCESS : GetLastError();
    if (handle) CloseServiceHandle(handle);
    if (manager) CloseServiceHandle(manager);
    if (!known && error != ERROR_SERVICE_DOES_NOT_EXIST)
        return {area, Severity::degraded,
                "The service " + name + " cannot be asked: error " + std::to_string(error) + " of Windows.",
                "Whether it runs is not known.", "Run: sc query " + toUtf8(service)};
    if (!known)
        return {area, Severity::degraded, "The service " + name + " is not installed.", without,
                "Install the Windows feature that brings it."};
    if (status.dwCurrentState == SERVICE_RUNNING)
        return {area, Severity::ok, "The service " + name + " is running.", "", ""};
    return {area, Severity::degraded, "The service " + name + " is not running.", without,
            "It starts on demand; if it does not, run: sc start " + toUtf8(service)};
}

}  // namespace deskline::com
