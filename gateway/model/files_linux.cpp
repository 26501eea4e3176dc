#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "model/descriptor_linux.hpp"
#include "model/failpoint.hpp"
#include "model/files.hpp"
#include "model/host_text.hpp"
#include "model/read_to_end.hpp"

namespace deskline {
namespace {

constexpr mode_t ownerOnly = S_IRUSR | S_IWUSR;
constexpr int tries = 3;  // where another process removes the file before it has its name (removeUnfinished)

bool isThere(const std::filesystem::path& path) {  // under this name, even if only a link
    struct stat is {};
    return ::lstat(path.c_str(), &is) == 0;
}

// Asked of a name that led to nothing a moment ago: another process may have made a file of that name since.
bool isLink(const std::filesystem::path& path) {
    struct stat is {};
    return ::lstat(path.c_str(), &is) == 0 && S_ISLNK(is.st_mode);
}

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

std::filesystem::path folderOf(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(u8".");
}

Result<void> syncFolder(const std::filesystem::path& folder) {
    const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (open && (::fsync(open.get()) == 0 || errno == EINVAL || errno == EROFS))
        return {};  // EINVAL: there is nothing to flush there
    return cannot(folder, "flushed to the disk");
}

// Makes a file beside `path` that holds the content and is on the disk.
Result<std::filesystem::path> writeBeside(const std::filesystem::path& path, std::string_view content) {
    auto next = nameBeside(path);
    const Descriptor file(::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, ownerOnly));
    if (!file) return cannot(path, "written");
    const auto failed = [&]() -> Result<std::filesystem::path> {
        auto fault = cannot(path, "written");
        ::unlink(next.c_str());
        return fault;
    };
    if (!adopt(file.get(), path)) return failed();
    while (!content.empty()) {
        const auto count = ::write(file.get(), content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed();
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    failpoint("file.unflushed");
    if (::fsync(file.get()) != 0) return failed();
    failpoint("file.beside");
    return next;
}

// Gives the file its name where nobody has it: by a second name for it, or, where the file system has none (FAT), by
// RENAME_NOREPLACE.
bool nameIfFree(const std::filesystem::path& next, const std::filesystem::path& path) {
    if (::link(next.c_str(), path.c_str()) == 0) {
        ::unlink(next.c_str());
        return true;
    }
    return errno != EEXIST && ::renameat2(AT_FDCWD, next.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0;
}

}  // namespace

Fault cannot(const std::filesystem::path& path, std::string_view what, int code) {
    std::string advice;
    if (code == EACCES || code == EPERM) advice = " Give Deskline's account the right to it, and to its folder.";
    if (code == EMFILE || code == ENFILE)
        advice = " Too many files and connections are open: raise the limit (ulimit -n, LimitNOFILE).";
    const bool full = code == ENOSPC || code == EDQUOT;
    if (full) advice = " Make room on the disk.";
    if (code == ELOOP) advice = " It is a link, and is not followed.";
    if (code == EROFS) advice = " Its file system is mounted read-only: name another folder.";
    const bool inTheWay = code == EEXIST || code == ENOTDIR;
    if (inTheWay) advice = " A file is where a folder should be: move it away, or name another folder.";
    if (code == EISDIR) advice = " A folder is where a file should be: move it away, or name another file.";
    if (code == ENOENT) advice = " Its folder must be there first.";
    if (code == ENOENT && isLink(path)) advice = " It is a link that leads nowhere: mend it, or remove it.";
    const auto why = std::generic_category().message(code) + "." + advice;
    Fault fault{"configuration", textOf(path) + " cannot be " + std::string(what) + ": " + why};
    if (full) fault.symbol = noRoom;
    return fault;
}

bool adopt(int descriptor, const std::filesystem::path& path) {
    if (::geteuid() != 0) return true;
    struct stat owner {};
    if (::lstat(path.c_str(), &owner) != 0 && ::stat(folderOf(path).c_str(), &owner) != 0) return false;
    return owner.st_uid == 0 || ::fchown(descriptor, owner.st_uid, owner.st_gid) == 0;
}

Result<std::optional<std::string>> readWhole(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file) {
        const int code = errno;
        if (code == ENOENT && !isLink(path)) return std::optional<std::string>();
        return cannot(path, "read", code);
    }
    struct stat is {};
    if (::fstat(file.get(), &is) != 0) return cannot(path, "read");
    if (!S_ISREG(is.st_mode) && !S_ISCHR(is.st_mode))
        return Fault{"configuration", textOf(path) + " cannot be read: it is no file."};
    return readToEnd(path, static_cast<std::uint64_t>(is.st_size),
                     [&](char* to, std::size_t room) -> Result<std::size_t> {
                         for (;;) {
                             const auto count = ::read(file.get(), to, room);
                             if (count >= 0) return static_cast<std::size_t>(count);
                             if (errno != EINTR) return cannot(path, "read");
                         }
                     });
}

Result<std::optional<FileStamp>> stampOf(const std::filesystem::path& path) {
    struct stat is {};
    if (::stat(path.c_str(), &is) != 0) {
        const int code = errno;
        if (code == ENOENT && !isLink(path)) return std::optional<FileStamp>();
        return cannot(path, "read", code);
    }
    return std::optional(
        FileStamp{nanoseconds(is.st_mtim), nanoseconds(is.st_ctim), static_cast<std::uint64_t>(is.st_size), is.st_ino});
}

Result<bool> createPrivate(const std::filesystem::path& path, std::string_view content) {
    if (isThere(path)) return false;
    for (int left = tries;; --left) {
        auto next = writeBeside(path, content);
        if (!next) return next.error();
        if (nameIfFree(*next, path)) break;
        const int code = errno;
        ::unlink(next->c_str());
        if (code == EEXIST) return false;
        if (code != ENOENT || left == 0) return cannot(path, "made", code);
    }
    if (auto synced = syncFolder(folderOf(path)); !synced) return synced.error();
    return true;
}

Result<bool> nameFile(const std::filesystem::path& next, const std::filesystem::path& path) {
    if (isThere(path)) return false;
    if (!nameIfFree(next, path)) {
        const int code = errno;
        if (code == EEXIST) return false;
        return cannot(path, "made", code);
    }
    if (auto synced = syncFolder(folderOf(path)); !synced) return synced.error();
    return true;
}

Result<void> replaceFile(const std::filesystem::path& path, std::string_view content) {
    auto next = writeBeside(path, content);
    if (!next) return next.error();
    if (::rename(next->c_str(), path.c_str()) != 0) {
        auto fault = cannot(path, "replaced");
        ::unlink(next->c_str());
        return fault;
    }
    failpoint("file.renamed");
    return syncFolder(folderOf(path));
}

Result<void> makeFolder(const std::filesystem::path& path) {
    std::error_code ignored;
    if (path.empty() || std::filesystem::is_directory(path, ignored)) return {};
    if (path.has_parent_path() && path.parent_path() != path)
        if (auto above = makeFolder(path.parent_path()); !above) return above;
    if (::mkdir(path.c_str(), S_IRWXU) != 0) {
        const int code = errno;
        if (code == EEXIST && std::filesystem::is_directory(path, ignored)) return {};
        return cannot(path, "made", code);
    }
    const Descriptor made(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!made || !adopt(made.get(), folderOf(path) / ".")) return cannot(path, "made");
    return {};
}

Result<void> mayMakeIn(const std::filesystem::path& folder) {
    struct stat is {};
    if (::stat(folder.c_str(), &is) != 0) return cannot(folder, "looked at");
    if (!S_ISDIR(is.st_mode)) return cannot(folder, "written", ENOTDIR);
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) return cannot(folder, "written");
    return {};
}

Result<void> syncFile(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || ::fsync(file.get()) != 0) return cannot(path, "flushed to the disk");
    return syncFolder(folderOf(path));
}

}  // namespace deskline
