// A disk that fails when the test says so, beneath SQLite: a VFS over the gateway's. It counts writes and
// reads, lets the n-th call fail in a given way, and can lose the power: then a file has everything that was flushed,
// and any part of the later writes. Source: SQLite's "The SQLite OS Interface or VFS", and
// "Atomic Commit In SQLite" (what a disk may do to writes that were not flushed). Only one may exist at a time; every
// database that is opened meanwhile lies on it. Thread: any.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_vfs;

namespace deskline::tests {

// full: SQLITE_FULL; no_room: the disk is full, but SQLite names another fault, as where the log's index cannot grow;
// no_sync: the flush fails, and the writes before it may or may not be on the disk.
enum class DiskFault { none, io_error, full, no_room, short_write, no_sync };

class FaultyDisk {
public:
    FaultyDisk();
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    // The n-th write or flush from now on fails (1: the next), and `more` after it.
    void failAt(std::uint64_t n, DiskFault fault, std::uint64_t more = 0);
    // The n-th read from now on fails, and `more` after it. SQLite does not read pages that it has in memory
    // (`forget`).
    void failReadAt(std::uint64_t n, std::uint64_t more = 0);
    static void forget(sqlite3* database);
    std::uint64_t reads() const;  // since the last `failReadAt` or `heal`
    void heal();
    std::uint64_t calls() const;     // writes, flushes and truncations since the last `failAt` or `heal`
    std::uint64_t injected() const;  // faults, in all

    // Flushes wait from now on, until `letGo`.
    void hold();
    void untilHeld();  // until a flush waits
    void letGo();

    // Writes into `target`, an empty folder, what the files in `folder` may contain after a power failure.
    void losePower(const std::filesystem::path& folder, const std::filesystem::path& target,
                   std::mt19937& random) const;

    // For the VFS.
    DiskFault next(bool flush);
    bool nextRead();  // false: it fails
    void wrote(const std::string& path, std::int64_t at, std::string bytes);
    void flushed(const std::string& path);
    void truncated(const std::string& path, std::int64_t size);
    void deleted(const std::string& path);

private:
    struct File {
        std::string flushed;  // its content when it was flushed last
        std::vector<std::pair<std::int64_t, std::string>>
            since;  // the writes after that, by place; a negative place: the file was cut to that size
    };
    static void apply(std::string& content, std::int64_t at, std::string_view bytes);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool held_ = false;
    int waiting_ = 0;
    std::map<std::string, File> files_;
    std::uint64_t calls_ = 0, from_ = 0, upTo_ = 0, injected_ = 0;
    std::uint64_t reads_ = 0, readsFrom_ = 0, readsUpTo_ = 0;
    DiskFault fault_ = DiskFault::none;
    std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace deskline::tests
