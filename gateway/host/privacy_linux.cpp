#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <optional>
#include <set>

#include "host/privacy.hpp"
#include "model/host_text.hpp"

namespace deskline::host {
namespace {

constexpr mode_t othersRead = S_IRGRP | S_IROTH | S_IXGRP | S_IXOTH, othersWrite = S_IWGRP | S_IWOTH;

struct Account {
    uid_t user = ::geteuid();
    gid_t group = ::getegid();
};
// The gateway's account: this one, or for root (`deskline doctor`) whoever has the data folder.
Account accountOf(const std::filesystem::path& data) {
    struct stat is {};
    return ::geteuid() == 0 && ::stat(data.c_str(), &is) == 0 ? Account{is.st_uid, is.st_gid} : Account{};
}

bool othersMayWrite(const struct stat& is, const Account& account) {
    return (is.st_mode & S_IWOTH) != 0 ||
           ((is.st_mode & S_IWGRP) != 0 && is.st_gid != 0 && is.st_gid != ::getegid() && is.st_gid != account.group);
}

// Nobody can write there, whatever the mode says: Kubernetes mounts a ConfigMap as a folder of 0777, for example.
bool isReadOnly(const std::filesystem::path& path) {
    struct statvfs is {};
    return ::statvfs(path.c_str(), &is) == 0 && (is.f_flag & ST_RDONLY) != 0;
}

std::optional<std::filesystem::path> firstLink(const std::filesystem::path& path) {
    std::filesystem::path from;
    for (const auto& part : path) {
        from /= part;
        std::error_code error;
        if (std::filesystem::is_symlink(from, error)) return from;
    }
    return std::nullopt;
}

std::filesystem::path wholeName(const std::filesystem::path& path) {
    std::error_code error;
    auto whole = std::filesystem::canonical(path, error);
    return error ? std::filesystem::absolute(path, error).lexically_normal() : whole;
}

// Whoever may write in one of them may put another file in the file's place: those of its name, and those that its
// links lead to, one by one.
std::vector<std::filesystem::path> foldersAbove(const std::filesystem::path& path) {
    constexpr int mostLinks = 40;  // as the system follows
    std::vector<std::filesystem::path> all;
    std::error_code error;
    auto whole = std::filesystem::absolute(path, error).lexically_normal();
    for (int links = 0; links <= mostLinks; ++links) {
        for (auto from = whole; from.has_relative_path();) all.push_back(from = from.parent_path());
        const auto link = firstLink(whole);
        if (!link) break;
        const auto rest = whole.lexically_relative(*link);
        whole = (link->parent_path() / std::filesystem::read_symlink(*link, error) / (rest == "." ? "" : rest))
                    .lexically_normal();
        if (!whole.has_filename()) whole = whole.parent_path();
    }
    return all;
}

}  // namespace

void keepPrivate() { ::umask(S_IRWXG | S_IRWXO); }

std::vector<Exposed> exposed(const std::vector<Kept>& all, const std::filesystem::path& data, Asks) {
    std::vector<Exposed> found;
    const auto account = accountOf(data);
    const auto note = [&](const std::filesystem::path& path, const struct stat& is, bool writable, bool readable,
                          bool foreign, bool lent, const char* right) -> Exposed& {
        Exposed file{path, writable, false, false, {}, {}};
        if (foreign && !lent) file.remedy = fmt::format("chown {} {}", account.user, textOf(path));
        if (writable || readable)
            file.remedy += fmt::format("{}chmod {} {}", file.remedy.empty() ? "" : " && ", right, textOf(path));
        file.lent = lent && file.remedy.empty();
        file.finding = foreign && !writable ? fmt::format("{} belongs to another account ({})", textOf(path), is.st_uid)
                                            : fmt::format("{} can be {} by others (mode {:04o})", textOf(path),
                                                          writable ? "changed" : "read", is.st_mode & 07777);
        return found.emplace_back(std::move(file));
    };
    std::set<std::filesystem::path> seen;
    for (const auto& [path, ours, secret, lent] : all) {
        struct stat is {};
        if (::stat(path.c_str(), &is) != 0)
            continue;  // not there yet; one that cannot be read is told by whoever reads it
        if (!S_ISREG(is.st_mode) && !S_ISDIR(is.st_mode)) continue;  // /dev/null, a pipe
        seen.insert(wholeName(path));
        const auto mode = is.st_mode & 07777;
        const bool open = ours || secret ? (mode & othersWrite) != 0 : othersMayWrite(is, account);
        const bool writable = open && !isReadOnly(path), foreign = is.st_uid != account.user && is.st_uid != 0;
        const bool readable = secret && (mode & (ours ? othersRead : mode_t{S_IROTH})) != 0;
        if (!writable && !readable && !foreign) continue;
        const auto* right = S_ISDIR(is.st_mode) ? "700" : ours ? "600" : secret ? "go-w,o-r" : "go-w";
        auto& file = note(path, is, writable, readable, foreign, lent, right);
        file.mendable =
            ours && holdsNoFolder(path) && readable && !foreign && (is.st_uid == account.user || ::geteuid() == 0);
        file.writable = writable || (foreign && !lent);
    }
    for (const auto& kept : all)
        for (const auto& folder : foldersAbove(kept.path)) {
            struct stat is {};
            if (::stat(folder.c_str(), &is) != 0 || !seen.insert(wholeName(folder)).second) continue;
            const bool open = (is.st_mode & S_ISVTX) == 0 && othersMayWrite(is, account);
            const bool writable = open && !isReadOnly(folder), foreign = is.st_uid != account.user && is.st_uid != 0;
            if (!writable && !foreign) continue;
            auto& file = note(folder, is, writable, false, foreign, kept.lent, "go-w");
            file.writable = writable || !kept.lent;
        }
    return found;
}

bool mend(const Exposed& file) {
    struct stat is {};
    return ::lstat(file.path.c_str(), &is) == 0 && !S_ISLNK(is.st_mode) &&
           ::chmod(file.path.c_str(), is.st_mode & S_IRWXU) == 0;
}

}  // namespace deskline::host
