#include "host/access_windows.hpp"

#include <windows.h>

#include <sddl.h>

#include <algorithm>
#include <map>

#include "model/private_access_windows.hpp"
#include "model/wide_text_windows.hpp"

namespace deskline::host {
namespace {

constexpr const char* everybody = "S-1-1-0";
constexpr const char* installer = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";  // TrustedInstaller
// Nobody is one of these: the maker of what will be made there, the owner (who is looked at by himself), and packages,
// which their user has to be let in beside.
constexpr std::string_view nobody[] = {"S-1-3-", "S-1-15-2-", "S-1-15-3-"};

constexpr DWORD control = WRITE_DAC | WRITE_OWNER | GENERIC_ALL;
constexpr DWORD reads = FILE_READ_DATA | GENERIC_READ | GENERIC_ALL;
DWORD changes(Looked as) {
    if (as == Looked::above) return control | DELETE | FILE_DELETE_CHILD;
    const DWORD written = control | DELETE | GENERIC_WRITE | FILE_WRITE_DATA | FILE_APPEND_DATA;
    return as == Looked::folder ? written | FILE_DELETE_CHILD : written;
}

std::string shownSid(PSID sid) {
    auto text = sidText(sid);
    return text.empty() ? everybody : text;
}

// S-1-5-21-, three numbers that are the host's or the domain's own, and the role.
bool isOfADomain(const std::string& sid, std::string_view role) {
    return sid.starts_with("S-1-5-21-") && sid.ends_with(role) && std::ranges::count(sid, '-') == 7;
}

bool isTrusted(const std::string& sid, const std::vector<std::string>& own) {
    return std::ranges::find(own, sid) != own.end() || sid == systemSid || sid == administratorsSid ||
           sid == installer || isOfADomain(sid, "-500") ||  // Administrator
           isOfADomain(sid, "-512") ||                      // Domain Admins
           isOfADomain(sid, "-519");                        // Enterprise Admins
}

bool isNobody(const std::string& sid) {
    return std::ranges::any_of(nobody, [&](std::string_view start) { return sid.starts_with(start); });
}

struct Entry {
    bool denies = false, inherited = false;  // `inherited`: it is only for what is made in the folder
    DWORD mask = 0;
    std::string sid;
};
// An entry of a kind that files do not have, or a later Windows brought, counts as one for everybody.
Entry read(const ACE_HEADER& header) {
    const bool plain = header.AceType == ACCESS_ALLOWED_ACE_TYPE || header.AceType == ACCESS_DENIED_ACE_TYPE ||
                       header.AceType == ACCESS_ALLOWED_CALLBACK_ACE_TYPE;
    // Allowed and denied entries begin alike. One with a condition is taken as if the condition always held.
    const auto& ace = reinterpret_cast<const ACCESS_ALLOWED_ACE&>(header);
    Entry entry;
    entry.inherited = (header.AceFlags & INHERIT_ONLY_ACE) != 0;
    entry.denies = header.AceType == ACCESS_DENIED_ACE_TYPE;
    entry.mask = plain ? ace.Mask : GENERIC_ALL;
    entry.sid = plain ? shownSid(const_cast<DWORD*>(&ace.SidStart)) : everybody;
    return entry;
}

void note(std::vector<std::string>& all, const std::string& sid) {
    if (std::ranges::find(all, sid) == all.end()) all.push_back(sid);
}

}  // namespace

Others othersIn(void* descriptor, Looked as, const std::vector<std::string>& own) {
    Others others;
    PSID owner = nullptr;
    BOOL ignored = FALSE, there = FALSE;
    PACL list = nullptr;
    const auto owned = GetSecurityDescriptorOwner(descriptor, &owner, &ignored) ? shownSid(owner) : everybody;
    if (!isTrusted(owned, own)) others.owner = owned;
    if (!GetSecurityDescriptorDacl(descriptor, &there, &list, &ignored) || !there || !list || !IsValidAcl(list)) {
        if (as != Looked::above) others.read = {everybody};
        others.change = {everybody};
        return others;
    }
    std::map<std::string, DWORD> denied;
    for (DWORD n = 0; n < list->AceCount; ++n) {
        void* at = nullptr;
        if (!GetAce(list, n, &at)) continue;
        const auto entry = read(*static_cast<const ACE_HEADER*>(at));
        if (entry.inherited || isTrusted(entry.sid, own) || isNobody(entry.sid)) continue;
        if (entry.denies) {
            denied[entry.sid] |= entry.mask;
            continue;
        }
        const auto left = entry.mask & ~denied[entry.sid] & ~denied[everybody];
        if ((left & changes(as)) != 0) note(others.change, entry.sid);
        if (as != Looked::above && (left & reads) != 0) note(others.read, entry.sid);
    }
    return others;
}

std::string nameOf(const std::string& sid) {
    PSID binary = nullptr;
    if (!ConvertStringSidToSidW(toUtf16(sid).c_str(), &binary)) return sid;
    wchar_t account[256], domain[256];
    DWORD accountSize = 256, domainSize = 256;
    SID_NAME_USE use{};
    const bool known = LookupAccountSidW(nullptr, binary, account, &accountSize, domain, &domainSize, &use) != FALSE;
    LocalFree(binary);
    if (!known) return sid;
    return domainSize > 0 ? toUtf8(domain) + "\\" + toUtf8(account) : toUtf8(account);
}

}  // namespace deskline::host
