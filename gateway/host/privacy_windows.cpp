#include <windows.h>

#include <aclapi.h>
#include <fmt/format.h>

#include <memory>
#include <set>

#include "host/access_windows.hpp"
#include "host/privacy.hpp"
#include "model/host_text.hpp"
#include "model/private_access_windows.hpp"

namespace deskline::host {
namespace {

struct Free {
    void operator()(void* descriptor) const { LocalFree(descriptor); }
};
using Descriptor = std::unique_ptr<void, Free>;

// Of what the name leads to. `code`: 0, or the error of Windows.
Descriptor accessOf(const std::filesystem::path& path, DWORD& code) {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    code = GetNamedSecurityInfoW(path.c_str(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                 nullptr, nullptr, nullptr, nullptr, &descriptor);
    return Descriptor(code == 0 ? descriptor : nullptr);
}

bool isFolder(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::is_directory(path, error);
}

// FAT keeps no lists: there everybody may do everything, and icacls changes nothing.
bool keepsNoAccess(const std::filesystem::path& path) {
    wchar_t volume[MAX_PATH];
    DWORD features = 0;
    return GetVolumePathNameW(path.c_str(), volume, MAX_PATH) &&
           GetVolumeInformationW(volume, nullptr, 0, nullptr, nullptr, &features, nullptr, 0) &&
           (features & FILE_PERSISTENT_ACLS) == 0;
}

std::string namesOf(const std::vector<std::string>& sids) {
    std::string names;
    for (const auto& sid : sids) names += (names.empty() ? "" : ", ") + nameOf(sid);
    return names;
}

std::string shown(std::filesystem::path path) { return textOf(path.make_preferred()); }

std::string remedyFor(const std::filesystem::path& path, const Others& others, bool ours, bool folder) {
    if (keepsNoAccess(path)) return "Name a folder on a volume that keeps access rights (NTFS).";
    if (!others.owner.empty()) return fmt::format("icacls \"{}\" /setowner *{}", shown(path), administratorsSid);
    std::set<std::string> sids(others.read.begin(), others.read.end());
    sids.insert(others.change.begin(), others.change.end());
    auto command = fmt::format("icacls \"{}\" /inheritance:{} /remove:g", shown(path), ours ? "r" : "d");
    for (const auto& sid : sids) command += " *" + sid;
    if (!ours) return command;
    command += " /grant:r";
    for (const auto& sid : {std::string(systemSid), std::string(administratorsSid), ownSid()})
        command += fmt::format(" \"*{}:{}F\"", sid, folder ? "(OI)(CI)" : "");
    return command;
}

// What is wrong with one of them; nothing is: none.
std::optional<Exposed> look(const std::filesystem::path& path, Looked as, const Kept& kept,
                            const std::vector<std::string>& own) {
    DWORD code = 0;
    const auto access = accessOf(path, code);
    if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND) return std::nullopt;  // not there yet
    if (code != 0)
        return Exposed{.path = path,
                       .writable = as != Looked::above,
                       .finding = fmt::format("the access list of {} cannot be read ({})", shown(path),
                                              textOf({static_cast<int>(code), std::system_category()})),
                       .remedy = fmt::format("icacls \"{}\"", shown(path))};
    const bool ours = as != Looked::above && kept.ours;
    auto others = othersIn(access.get(), as, own);
    if (as == Looked::above || !kept.secret) others.read.clear();
    const bool foreign = !others.owner.empty(), writable = foreign || !others.change.empty();
    if (!writable && others.read.empty()) return std::nullopt;
    Exposed found{.path = path, .writable = writable};
    found.mendable = ours && !writable && (as == Looked::file || holdsNoFolder(path));
    found.finding = foreign ? fmt::format("{} belongs to another account ({})", shown(path), nameOf(others.owner))
                            : fmt::format("{} can be {} by others ({})", shown(path), writable ? "changed" : "read",
                                          namesOf(writable ? others.change : others.read));
    found.remedy = remedyFor(path, others, ours, as == Looked::folder);
    return found;
}

// Of the name, and of where its links and junctions lead in the end.
std::set<std::filesystem::path> foldersAbove(const std::filesystem::path& path) {
    std::set<std::filesystem::path> all;
    std::error_code error;
    const auto whole = std::filesystem::absolute(path, error).lexically_normal();
    for (const auto& start : {whole, std::filesystem::weakly_canonical(whole, error)})
        for (auto from = start; from.has_relative_path();) all.insert(from = from.parent_path());
    return all;
}

}  // namespace

// Each file is made with its access list (model/files.hpp).
void keepPrivate() {}

std::vector<Exposed> exposed(const std::vector<Kept>& all, const std::filesystem::path& data, Asks who) {
    std::vector<Exposed> found;
    std::set<std::filesystem::path> seen;
    std::error_code error;
    std::vector<std::string> own{ownSid()};
    if (who == Asks::doctor && isAdministrator()) {
        DWORD code = 0;
        const auto access = accessOf(data, code);
        auto others = access ? othersIn(access.get(), Looked::folder, own) : Others{};
        if (!others.owner.empty()) {
            own.push_back(others.owner);
            Exposed theirs{.path = data, .account = true};
            theirs.finding = fmt::format("{} belongs to another account ({}), which is taken for the gateway's",
                                         shown(data), nameOf(others.owner));
            theirs.remedy = fmt::format("Where it is not: look what it holds, then icacls \"{}\" /setowner *{}",
                                        shown(data), administratorsSid);
            found.push_back(std::move(theirs));
        }
    }
    const auto add = [&](const std::filesystem::path& path, Looked as, const Kept& kept) {
        if (auto one = look(path, as, kept, own)) found.push_back(std::move(*one));
    };
    for (const auto& kept : all) {
        seen.insert(std::filesystem::absolute(kept.path, error).lexically_normal());
        add(kept.path, isFolder(kept.path) ? Looked::folder : Looked::file, kept);
    }
    for (const auto& kept : all)
        for (const auto& folder : foldersAbove(kept.path))
            if (seen.insert(folder).second) add(folder, Looked::above, kept);
    return found;
}

bool mend(const Exposed& file) {
    const auto access = PrivateAccess::of(file.path, isFolder(file.path) ? Making::folder : Making::file);
    if (!access) return false;
    void* const descriptor = access->get()->lpSecurityDescriptor;
    BOOL there = FALSE, ignored = FALSE;
    PACL list = nullptr;
    auto name = file.path.wstring();
    constexpr auto what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    // The first carries a folder's list to what is in it; the second sets this list and no other (under Wine the first
    // adds what the folder above gives).
    return GetSecurityDescriptorDacl(descriptor, &there, &list, &ignored) && there &&
           SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, what, nullptr, nullptr, list, nullptr) == ERROR_SUCCESS &&
           SetFileSecurityW(name.c_str(), what, descriptor);
}

}  // namespace deskline::host
