#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/privacy.hpp"

namespace deskline::host {
namespace {

constexpr mode_t othersRead = S_IRGRP | S_IROTH | S_IXGRP | S_IXOTH, othersWrite = S_IWGRP | S_IWOTH;

// A folder that holds others serves others too, /var/lib say: it is not Deskline's to close.
bool holdsNoFolder(const std::filesystem::path& path) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(path, error))
        if (entry.is_directory(error)) return false;
    return true;
}

}  // namespace

void keepPrivate() { ::umask(S_IRWXG | S_IRWXO); }

std::vector<Exposed> exposed(const std::vector<Kept>& all) {
    std::vector<Exposed> found;
    const auto account = ::geteuid();
    for (const auto& [path, ours] : all) {
        struct stat is {};
        if (::stat(path.c_str(), &is) != 0) continue;  // not there yet; one that cannot be read is told by whoever reads it
        const auto mode = is.st_mode & 07777;
        const bool writable = (mode & othersWrite) != 0, foreign = is.st_uid != account && is.st_uid != 0;
        const bool readable = (mode & (ours ? othersRead : mode_t{S_IROTH})) != 0;
        if (!writable && !readable && !foreign) continue;
        Exposed file{path, writable, false, {}, {}};
        file.mendable = ours && holdsNoFolder(path) && readable && !foreign && (is.st_uid == account || account == 0);
        const auto* right = S_ISDIR(is.st_mode) ? "700" : ours ? "600" : "go-w,o-r";
        if (foreign) file.remedy = fmt::format("chown {} {}", account, path.string());
        if (writable || readable) file.remedy += fmt::format("{}chmod {} {}", foreign ? " && " : "", right, path.string());
        file.finding = foreign && !writable && !readable
                           ? fmt::format("{} belongs to another account ({})", path.string(), is.st_uid)
                           : fmt::format("{} can be {} by others (mode {:04o})", path.string(), writable ? "changed" : "read", mode);
        found.push_back(std::move(file));
    }
    return found;
}

bool mend(const Exposed& file) {
    struct stat is {};
    return ::lstat(file.path.c_str(), &is) == 0 && !S_ISLNK(is.st_mode) && ::chmod(file.path.c_str(), is.st_mode & S_IRWXU) == 0;
}

}  // namespace deskline::host
