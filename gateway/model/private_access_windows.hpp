// The access list of what Deskline makes on Windows: the system, the administrators and the account of this process may
// do everything, nobody else anything, and nothing comes from the folder above (%ProgramData% lets every user read what
// is made in it, and make more). It counts from the moment the file is made. What an administrator makes, as by
// `deskline key create`, is for whoever owns the folder too: that is the gateway's account. For the _windows files
// alone. Source: SDDL (Security Descriptor Definition Language), SECURITY_ATTRIBUTES; "Well-known SIDs". Thread: any.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/fault.hpp"

struct _SECURITY_ATTRIBUTES;

namespace deskline {

inline constexpr const char* systemSid = "S-1-5-18";
inline constexpr const char* administratorsSid = "S-1-5-32-544";
std::string sidText(void* sid);  // "S-1-5-18"; "": it is none
// Of the account of this process: "S-1-5-21-…". "": Windows does not say it.
const std::string& ownSid();
bool isAdministrator();                                  // this process has an administrator's rights: it is elevated
std::string ownerOf(const std::filesystem::path& path);  // a SID; "": unknown

enum class Making { file, folder };  // what is made in such a folder has its list, whoever makes it

class PrivateAccess {
public:
    // For `path`, which is about to be made. A fault: it must not be.
    static Result<PrivateAccess> of(const std::filesystem::path& path, Making what);

    _SECURITY_ATTRIBUTES* get() const { return attributes_.get(); }  // for CreateFileW and CreateDirectoryW

private:
    struct Free {
        void operator()(_SECURITY_ATTRIBUTES* attributes) const;
    };
    std::unique_ptr<_SECURITY_ATTRIBUTES, Free> attributes_;
};

// In SDDL. `owner`: of the folder; "": unknown.
std::string privateList(Making what, const std::string& own, bool administrator, const std::string& owner);

}  // namespace deskline
