// What an access list of Windows lets others do with a file. Who may do everything anyway does not count as another:
// the system, the administrators of the host and of its domain, Windows' installer. Source: "Access Control Lists",
// "File Access Rights Constants", "Well-known SIDs"; [MS-DTYP] 2.4. Thread: any.
#pragma once
#include <string>
#include <vector>

namespace deskline::host {

// `above`: a folder in which what is looked at stands. Whoever can only make more files in it does no harm; who can
// delete or rename what is there may put something else in its place.
enum class Looked { file, folder, above };

struct Others {
    std::vector<std::string> read, change;  // their SIDs, each once
    std::string owner;                      // the SID of another that owns it, who can give himself every right; or ""
};
// `descriptor`: a PSECURITY_DESCRIPTOR with owner and list. `own`: SIDs that count as the gateway's account. A list
// that cannot be understood, or is not there, lets everybody do everything.
Others othersIn(void* descriptor, Looked as, const std::vector<std::string>& own);

// "DESK\ada", or the SID itself where nobody has it.
std::string nameOf(const std::string& sid);

}  // namespace deskline::host
