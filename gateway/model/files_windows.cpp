#include <windows.h>

#include "model/files.hpp"
#include "model/handle_windows.hpp"
#include "model/host_text.hpp"
#include "model/private_access_windows.hpp"
#include "model/read_to_end.hpp"

namespace deskline {
namespace {

constexpr DWORD everybodyMay = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
constexpr int tries = 100;    // while another program has the file open, such as a virus scanner
constexpr int triesAnew = 3;  // where another process removes the file before it has its name (removeUnfinished)
constexpr DWORD pause = 20;

bool isNotThere(DWORD code) { return code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND; }

std::int64_t nanoseconds(const FILETIME& time) {  // of hundreds of nanoseconds since 1601
    const auto ticks = static_cast<std::int64_t>((std::uint64_t{time.dwHighDateTime} << 32) | time.dwLowDateTime);
    return (ticks - 116'444'736'000'000'000) * 100;
}

// Makes a file beside `path` that holds the content and is on the disk.
Result<std::filesystem::path> writeBeside(const std::filesystem::path& path, std::string_view content) {
    auto next = nameBeside(path);
    const auto access = PrivateAccess::of(path, Making::file);
    if (!access) return access.error();
    Fault fault;
    {
        const Handle file(
            CreateFileW(next.c_str(), GENERIC_WRITE, 0, access->get(), CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
        if (!file) return cannot(path, "written");
        DWORD written = 0;
        if (WriteFile(file.get(), content.data(), static_cast<DWORD>(content.size()), &written, nullptr) &&
            written == content.size() && FlushFileBuffers(file.get()))
            return next;
        fault = cannot(path, "written");
    }
    DeleteFileW(next.c_str());
    return fault;
}

// Renames the file; 0, or the error of Windows.
DWORD rename(const std::filesystem::path& next, const std::filesystem::path& path, DWORD how) {
    for (int left = tries;; --left) {
        if (MoveFileExW(next.c_str(), path.c_str(), how | MOVEFILE_WRITE_THROUGH)) return 0;
        const auto code = GetLastError();
        const bool passing =
            code == ERROR_SHARING_VIOLATION || ((how & MOVEFILE_REPLACE_EXISTING) && code == ERROR_ACCESS_DENIED);
        if (!passing || left == 0) {
            DeleteFileW(next.c_str());
            return code;
        }
        Sleep(pause);
    }
}

}  // namespace

Handle::~Handle() {
    if (*this) CloseHandle(handle_);
}
Handle::operator bool() const { return handle_ != INVALID_HANDLE_VALUE; }
std::intptr_t Handle::release() {
    return reinterpret_cast<std::intptr_t>(std::exchange(handle_, INVALID_HANDLE_VALUE));
}

unsigned long lastError() { return GetLastError(); }

Fault cannot(const std::filesystem::path& path, std::string_view what, unsigned long code) {
    std::string advice;
    const bool full = code == ERROR_DISK_FULL || code == ERROR_HANDLE_DISK_FULL;
    if (code == ERROR_ACCESS_DENIED) advice = " Give Deskline's account the right to it, and to its folder.";
    if (code == ERROR_SHARING_VIOLATION || code == ERROR_LOCK_VIOLATION) advice = " Another program holds it.";
    if (full) advice = " Make room on the disk.";
    if (code == ERROR_WRITE_PROTECT) advice = " Its disk is write-protected: name another folder.";
    if (code == ERROR_DIRECTORY) advice = " A file is where a folder should be: move it away, or name another folder.";
    if (isNotThere(code)) advice = " Its folder must be there first.";
    const auto why = textOf({static_cast<int>(code), std::system_category()}) + "." + advice;
    Fault fault{"configuration", textOf(path) + " cannot be " + std::string(what) + ": " + why};
    if (full) fault.symbol = noRoom;
    return fault;
}

Result<std::optional<std::string>> readWhole(const std::filesystem::path& path) {
    const Handle file(
        CreateFileW(path.c_str(), GENERIC_READ, everybodyMay, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!file) {
        const auto code = GetLastError();
        if (isNotThere(code)) return std::optional<std::string>();
        return cannot(path, "read", code);
    }
    if (GetFileType(file.get()) != FILE_TYPE_DISK)
        return Fault{"configuration", textOf(path) + " cannot be read: it is no file."};
    LARGE_INTEGER size{};
    if (!GetFileSizeEx(file.get(), &size)) return cannot(path, "read");
    return readToEnd(path, static_cast<std::uint64_t>(size.QuadPart),
                     [&](char* to, std::size_t room) -> Result<std::size_t> {
                         DWORD count = 0;
                         if (!ReadFile(file.get(), to, static_cast<DWORD>(room), &count, nullptr))
                             return cannot(path, "read");
                         return std::size_t{count};
                     });
}

Result<std::optional<FileStamp>> stampOf(const std::filesystem::path& path) {
    WIN32_FILE_ATTRIBUTE_DATA is{};
    if (!GetFileAttributesExW(path.c_str(), GetFileExInfoStandard, &is)) {
        const auto code = GetLastError();
        if (isNotThere(code)) return std::optional<FileStamp>();
        return cannot(path, "read", code);
    }
    return std::optional(FileStamp{nanoseconds(is.ftLastWriteTime), nanoseconds(is.ftCreationTime),
                                   (std::uint64_t{is.nFileSizeHigh} << 32) | is.nFileSizeLow, 0});
}

Result<bool> createPrivate(const std::filesystem::path& path, std::string_view content) {
    for (int left = triesAnew;; --left) {
        auto next = writeBeside(path, content);
        if (!next) return next.error();
        const auto code = rename(*next, path, 0);
        if (!code) return true;
        if (code == ERROR_ALREADY_EXISTS || code == ERROR_FILE_EXISTS) return false;
        if (code != ERROR_FILE_NOT_FOUND || left == 0) return cannot(path, "made", code);
    }
}

Result<bool> nameFile(const std::filesystem::path& next, const std::filesystem::path& path) {
    if (MoveFileExW(next.c_str(), path.c_str(), MOVEFILE_WRITE_THROUGH)) return true;
    const auto code = GetLastError();
    if (code == ERROR_ALREADY_EXISTS || code == ERROR_FILE_EXISTS) return false;
    return cannot(path, "made", code);
}

Result<void> replaceFile(const std::filesystem::path& path, std::string_view content) {
    auto next = writeBeside(path, content);
    if (!next) return next.error();
    if (const auto code = rename(*next, path, MOVEFILE_REPLACE_EXISTING)) return cannot(path, "replaced", code);
    return {};
}

Result<void> makeFolder(const std::filesystem::path& path) {
    std::error_code error;
    if (path.empty() || std::filesystem::is_directory(path, error)) return {};
    if (path.has_parent_path() && path.parent_path() != path)
        if (auto above = makeFolder(path.parent_path()); !above) return above;
    const auto access = PrivateAccess::of(path, Making::folder);
    if (!access) return access.error();
    if (CreateDirectoryW(path.c_str(), access->get())) return {};
    const auto code = GetLastError();
    if (code != ERROR_ALREADY_EXISTS) return cannot(path, "made", code);
    if (std::filesystem::is_directory(path, error)) return {};
    return cannot(path, "made", ERROR_DIRECTORY);
}

// Opens the folder with the right that is needed: Windows itself then says whether the account has it.
Result<void> mayMakeIn(const std::filesystem::path& folder) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) return cannot(folder, "written", ERROR_DIRECTORY);
    constexpr DWORD right = FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY, asFolder = FILE_FLAG_BACKUP_SEMANTICS;
    const Handle open(CreateFileW(folder.c_str(), right, everybodyMay, nullptr, OPEN_EXISTING, asFolder, nullptr));
    return open ? Result<void>() : cannot(folder, "written");
}

Result<void> syncFile(const std::filesystem::path& path) {
    const Handle file(CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, everybodyMay, nullptr, OPEN_EXISTING,
                                  FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!file || !FlushFileBuffers(file.get())) return cannot(path, "flushed to the disk");
    return {};
}

}  // namespace deskline
