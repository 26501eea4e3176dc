// A lock that one program of the host has at a time. It goes with the process, however that ends: a file that is left
// behind is no obstacle. Source: flock(2); LockFileEx. Thread: the caller's.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "model/fault.hpp"

namespace deskline {

class FileLock {
public:
    // Makes the file where there is none (for its owner alone, a link is not followed), and waits so long for whoever
    // has the lock. The fault in-use: somebody has it still; its detail is what he said there, in one line.
    // configuration: there can be no such lock.
    static Result<FileLock> take(const std::filesystem::path& path, std::chrono::milliseconds patience);
    // Who has it, as he said there; nothing: nobody. Makes no file. The fault: there can be no such lock.
    static Result<std::optional<std::string>> holder(const std::filesystem::path& path);
    ~FileLock();
    FileLock(FileLock&& other) noexcept : handle_(std::exchange(other.handle_, none)) {}
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    FileLock& operator=(FileLock&&) = delete;

    // What the file holds from now on: for those who meet the lock, or come after it.
    Result<void> say(const std::string& text) const;

private:
    static constexpr std::intptr_t none = -1;
    static Fault taken(const std::filesystem::path& path);
    explicit FileLock(std::intptr_t handle) : handle_(handle) {}

    std::intptr_t handle_ = none;
};

}  // namespace deskline
