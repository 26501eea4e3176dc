// An open file of Linux, closed when its owner goes, and how a call on one failed. For the _linux files of this folder
// alone. Thread: any.
#pragma once
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include "model/fault.hpp"

namespace deskline {

class Descriptor {
public:
    explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
    ~Descriptor() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Descriptor(Descriptor&& other) noexcept : descriptor_(other.release()) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;

    explicit operator bool() const { return descriptor_ >= 0; }
    int get() const { return descriptor_; }
    int release() { return std::exchange(descriptor_, -1); }

private:
    int descriptor_;
};

// "… cannot be read: Permission denied. Give …"; `code` is errno's.
Fault cannot(const std::filesystem::path& path, std::string_view what, int code = errno);
// Where root runs this: gives the file to the owner of the file that had this name before, or else to the folder's
// owner, so that the account that runs the gateway can use it. False: that failed (errno).
bool adopt(int descriptor, const std::filesystem::path& path);

}  // namespace deskline
