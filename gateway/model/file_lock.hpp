// A lock that one program of the host has at a time. The system takes it away when the process ends, however that
// happens: a lock file that is left behind does not lock. Source: flock(2); LockFileEx. Thread: the caller's.
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
    // Makes the file where there is none (for its owner alone; a link is not followed), and waits at most `patience`
    // for another holder. Faults: in-use, another program still has it, the detail is its text (`say`) in one line;
    // configuration, the file cannot be made or locked.
    static Result<FileLock> take(const std::filesystem::path& path, std::chrono::milliseconds patience);
    // The text of the program that has the lock; absent: none has it. Makes no file. The fault: it cannot be locked.
    static Result<std::optional<std::string>> holder(const std::filesystem::path& path);
    ~FileLock();
    FileLock(FileLock&& other) noexcept : handle_(std::exchange(other.handle_, none)) {}
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    FileLock& operator=(FileLock&&) = delete;

    // Replaces the file's text, which other programs read that find the lock taken, or the file left behind.
    Result<void> say(const std::string& text) const;

private:
    static constexpr std::intptr_t none = -1;
    static Fault taken(const std::filesystem::path& path);
    explicit FileLock(std::intptr_t handle) : handle_(handle) {}

    std::intptr_t handle_ = none;
};

}  // namespace deskline
