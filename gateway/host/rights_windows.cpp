#include "host/rights.hpp"

#include <windows.h>

namespace deskline::host {

std::vector<Finding> diagnoseProcess() {
    std::vector<Finding> findings;
    DWORD session = 0;
    if (ProcessIdToSessionId(GetCurrentProcessId(), &session) && session == 0)
        findings.push_back({"host", Severity::degraded, "This process runs in session 0, as services do.",
                            "Core Audio shows only session 0's audio there: not the agent's softphone.",
                            "Run Deskline in the agent's own session where audio is wanted."});
    else
        findings.push_back(
            {"host", Severity::ok, "This process runs in the user's session " + std::to_string(session) + ".", "", ""});
    return findings;
}

}  // namespace deskline::host
