#include <windows.h>

#include <thread>

#include "model/file_lock.hpp"
#include "model/files.hpp"
#include "model/handle_windows.hpp"
#include "model/host_text.hpp"
#include "model/private_access_windows.hpp"

namespace deskline {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto tryAgain = std::chrono::milliseconds(5);
constexpr DWORD farOff = 0x40000000;  // the locked byte: far behind the text, since a locked byte cannot be read

}  // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& path, std::chrono::milliseconds patience) {
    const auto end = Steady::now() + patience;
    const auto access = PrivateAccess::of(path, Making::file);  // whoever may read it may lock it
    if (!access) return access.error();
    Handle file(CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                            access->get(), OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!file) return cannot(path, "opened");
    for (;;) {
        OVERLAPPED where{};
        where.Offset = farOff;
        if (LockFileEx(file.get(), LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &where))
            return FileLock(file.release());
        if (const auto code = GetLastError(); code != ERROR_LOCK_VIOLATION && code != ERROR_IO_PENDING)
            return cannot(path, "locked", code);
        if (Steady::now() >= end) return taken(path);
        std::this_thread::sleep_for(tryAgain);
    }
}

FileLock::~FileLock() {
    if (handle_ != none) CloseHandle(reinterpret_cast<HANDLE>(handle_));
}

Result<void> FileLock::say(const std::string& text) const {
    auto* const file = reinterpret_cast<HANDLE>(handle_);
    OVERLAPPED where{};
    DWORD written = 0;
    LARGE_INTEGER length{};
    length.QuadPart = static_cast<LONGLONG>(text.size());
    if (WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &written, &where) && written == text.size() &&
        SetFilePointerEx(file, length, nullptr, FILE_BEGIN) && SetEndOfFile(file))
        return {};
    return Fault{"configuration", "The file of a lock cannot be written: " +
                                      textOf({static_cast<int>(GetLastError()), std::system_category()}) + "."};
}

}  // namespace deskline
