#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <thread>

#include "model/descriptor_linux.hpp"
#include "model/file_lock.hpp"
#include "model/files.hpp"

namespace deskline {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto tryAgain = std::chrono::milliseconds(5);

// Whether the open file is still the one of that name: another may have taken its place while this waited.
bool inPlace(int descriptor, const std::filesystem::path& path) {
    struct stat here {
    }, there{};
    return ::fstat(descriptor, &here) == 0 && ::lstat(path.c_str(), &there) == 0 && here.st_ino == there.st_ino &&
           here.st_dev == there.st_dev;
}

}  // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& path, std::chrono::milliseconds patience) {
    const auto end = Steady::now() + patience;
    for (;;) {
        Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
        if (file) {
            if (!adopt(file.get(), path.parent_path() / ".")) return cannot(path, "made");
        } else if (errno == EEXIST) {
            Descriptor there(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
            if (!there && errno == ENOENT) continue;
            if (!there) return cannot(path, "opened");
            if (::flock(there.get(), LOCK_EX | LOCK_NB) == 0) {
                if (inPlace(there.get(), path)) return FileLock(there.release());
                continue;
            }
            if (errno != EWOULDBLOCK && errno != EINTR) return cannot(path, "locked");
            if (Steady::now() >= end) return taken(path);
            std::this_thread::sleep_for(tryAgain);
        } else {
            return cannot(path, "made");
        }
    }
}

FileLock::~FileLock() {
    if (handle_ != none) ::close(static_cast<int>(handle_));
}

Result<void> FileLock::say(const std::string& text) const {
    const auto file = static_cast<int>(handle_);
    const auto size =
        static_cast<ssize_t>(text.size());  // written over the old text first: a full disk has no other room
    if (::pwrite(file, text.data(), text.size(), 0) == size && ::ftruncate(file, size) == 0 && ::fdatasync(file) == 0)
        return {};
    return Fault{"configuration",
                 "The file of a lock cannot be written: " + std::generic_category().message(errno) + "."};
}

}  // namespace deskline
