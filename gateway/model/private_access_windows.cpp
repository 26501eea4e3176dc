#include "model/private_access_windows.hpp"

#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

#include <algorithm>

#include "model/handle_windows.hpp"
#include "model/host_text.hpp"
#include "model/wide_text_windows.hpp"

namespace deskline {

std::string sidText(void* sid) {
    LPWSTR text = nullptr;
    if (!sid || !ConvertSidToStringSidW(sid, &text)) return {};
    auto name = toUtf8(text);
    LocalFree(text);
    return name;
}

namespace {

std::string readOwnSid() {
    HANDLE opened = INVALID_HANDLE_VALUE;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &opened)) return {};
    const Handle token(opened);
    DWORD size = 0;
    GetTokenInformation(token.get(), TokenUser, nullptr, 0, &size);
    std::vector<std::uint64_t> room(size / sizeof(std::uint64_t) + 1);  // aligned for what stands in it
    if (!GetTokenInformation(token.get(), TokenUser, room.data(), size, &size)) return {};
    return sidText(reinterpret_cast<const TOKEN_USER*>(room.data())->User.Sid);
}

}  // namespace

const std::string& ownSid() {
    static const auto sid = readOwnSid();
    return sid;
}

bool isAdministrator() {
    PSID administrators = nullptr;
    BOOL is = FALSE;
    if (!ConvertStringSidToSidW(toUtf16(administratorsSid).c_str(), &administrators)) return false;
    const bool told = CheckTokenMembership(nullptr, administrators, &is) != FALSE;
    LocalFree(administrators);
    return told && is;
}

std::string ownerOf(const std::filesystem::path& path) {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    PSID owner = nullptr;
    if (GetNamedSecurityInfoW(path.c_str(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr, nullptr,
                              nullptr, &descriptor) != ERROR_SUCCESS)
        return {};
    auto sid = sidText(owner);
    LocalFree(descriptor);
    return sid;
}

std::string privateList(Making what, const std::string& own, bool administrator, const std::string& owner) {
    std::vector<std::string> all{systemSid, administratorsSid};
    const auto add = [&](const std::string& sid) {
        if (!sid.empty() && std::ranges::find(all, sid) == all.end()) all.push_back(sid);
    };
    add(own);
    if (administrator) add(owner);
    std::string list = "D:P";
    for (const auto& sid : all)
        list += std::string("(A;") + (what == Making::folder ? "OICI" : "") + ";FA;;;" + sid + ")";
    return list;
}

void PrivateAccess::Free::operator()(SECURITY_ATTRIBUTES* attributes) const {
    LocalFree(attributes->lpSecurityDescriptor);
    delete attributes;
}

Result<PrivateAccess> PrivateAccess::of(const std::filesystem::path& path, Making what) {
    static const bool administrator = isAdministrator();
    const auto owner = administrator ? ownerOf(path.has_parent_path() ? path.parent_path() : u8".") : std::string();
    PrivateAccess access;
    access.attributes_.reset(new SECURITY_ATTRIBUTES{sizeof(SECURITY_ATTRIBUTES), nullptr, FALSE});
    if (!ownSid().empty() && ConvertStringSecurityDescriptorToSecurityDescriptorW(
                                 toUtf16(privateList(what, ownSid(), administrator, owner)).c_str(), SDDL_REVISION_1,
                                 &access.attributes_->lpSecurityDescriptor, nullptr))
        return access;
    return Fault{"configuration", textOf(path) +
                                      " is not made: Windows does not name the account of this process, so "
                                      "it could not be kept from others."};
}

}  // namespace deskline
