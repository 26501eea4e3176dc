#include "unit/events/faulty_disk.hpp"

#include <sqlite3.h>

#include <cstring>
#include <fstream>
#include <new>

#include "events/private_files.hpp"

namespace deskline::tests {
namespace {

constexpr std::size_t sector = 512;  // bytes: what a disk writes whole

FaultyDisk* disk = nullptr;
sqlite3_vfs* host = nullptr;

struct Handle {
    sqlite3_file base;
    std::string* path;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }  // the host's own, behind it
};
Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
const sqlite3_io_methods& below(sqlite3_file* file) { return *of(file).real()->pMethods; }

int code(DiskFault fault, int ioError) {
    if (fault == DiskFault::no_room) return SQLITE_IOERR_SHMSIZE;
    return fault == DiskFault::full ? SQLITE_FULL : ioError;
}

int closeFile(sqlite3_file* file) {
    const int result = below(file).xClose(of(file).real());
    delete of(file).path;
    return result;
}
int readFile(sqlite3_file* file, void* to, int count, sqlite3_int64 at) {
    return disk->nextRead() ? below(file).xRead(of(file).real(), to, count, at) : SQLITE_IOERR_READ;
}
int writeFile(sqlite3_file* file, const void* from, int count, sqlite3_int64 at) {
    const auto fault = disk->next(false);
    if (fault == DiskFault::short_write) {
        const int half = count / 2;
        if (half > 0 && below(file).xWrite(of(file).real(), from, half, at) == SQLITE_OK)
            disk->wrote(*of(file).path, at, {static_cast<const char*>(from), static_cast<std::size_t>(half)});
        return SQLITE_IOERR_WRITE;
    }
    if (fault != DiskFault::none) return code(fault, SQLITE_IOERR_WRITE);
    const int result = below(file).xWrite(of(file).real(), from, count, at);
    if (result == SQLITE_OK)
        disk->wrote(*of(file).path, at, {static_cast<const char*>(from), static_cast<std::size_t>(count)});
    return result;
}
int truncateFile(sqlite3_file* file, sqlite3_int64 size) {
    if (const auto fault = disk->next(false); fault != DiskFault::none) return code(fault, SQLITE_IOERR_TRUNCATE);
    const int result = below(file).xTruncate(of(file).real(), size);
    if (result == SQLITE_OK) disk->truncated(*of(file).path, size);
    return result;
}
int syncFile(sqlite3_file* file, int flags) {
    if (const auto fault = disk->next(true); fault != DiskFault::none) return code(fault, SQLITE_IOERR_FSYNC);
    const int result = below(file).xSync(of(file).real(), flags);
    if (result == SQLITE_OK) disk->flushed(*of(file).path);
    return result;
}
int sizeOf(sqlite3_file* file, sqlite3_int64* size) { return below(file).xFileSize(of(file).real(), size); }
int lockFile(sqlite3_file* file, int lock) { return below(file).xLock(of(file).real(), lock); }
int unlockFile(sqlite3_file* file, int lock) { return below(file).xUnlock(of(file).real(), lock); }
int checkLock(sqlite3_file* file, int* reserved) { return below(file).xCheckReservedLock(of(file).real(), reserved); }
int control(sqlite3_file* file, int what, void* argument) {
    return below(file).xFileControl(of(file).real(), what, argument);
}
int sectorSize(sqlite3_file*) { return sector; }
int characteristics(sqlite3_file*) { return 0; }  // it promises nothing
int mapShared(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
    return below(file).xShmMap(of(file).real(), region, size, extend, memory);
}
int lockShared(sqlite3_file* file, int offset, int count, int flags) {
    return below(file).xShmLock(of(file).real(), offset, count, flags);
}
void barrier(sqlite3_file* file) { below(file).xShmBarrier(of(file).real()); }
int unmapShared(sqlite3_file* file, int remove) { return below(file).xShmUnmap(of(file).real(), remove); }

const sqlite3_io_methods methods{2,        closeFile,   readFile,        writeFile,  truncateFile,
                                 syncFile, sizeOf,      lockFile,        unlockFile, checkLock,
                                 control,  sectorSize,  characteristics, mapShared,  lockShared,
                                 barrier,  unmapShared, nullptr,         nullptr};

int openFile(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* given) {
    auto& handle = of(file);
    handle.base.pMethods = nullptr;
    const int result = host->xOpen(host, name, handle.real(), flags, given);
    if (result != SQLITE_OK) return result;
    handle.path = new std::string(name ? name : "");
    handle.base.pMethods = &methods;
    return SQLITE_OK;
}
int deleteFile(sqlite3_vfs*, const char* name, int sync) {
    disk->deleted(name);
    return host->xDelete(host, name, sync);
}

}  // namespace

FaultyDisk::FaultyDisk() : vfs_(std::make_unique<sqlite3_vfs>()) {
    events::usePrivateFiles();  // lies over the host's own, and this over it
    host = sqlite3_vfs_find(nullptr);
    disk = this;
    *vfs_ = *host;
    vfs_->zName = "faulty";
    vfs_->pNext = nullptr;
    vfs_->szOsFile = static_cast<int>(sizeof(Handle)) + host->szOsFile;
    vfs_->xOpen = openFile;
    vfs_->xDelete = deleteFile;
    sqlite3_vfs_register(vfs_.get(), 1);
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(vfs_.get());
    sqlite3_vfs_register(host, 1);
    disk = nullptr;
}

void FaultyDisk::failAt(std::uint64_t n, DiskFault fault, std::uint64_t more) {
    const std::lock_guard lock(mutex_);
    calls_ = 0;
    from_ = n;
    upTo_ = more > UINT64_MAX - n ? UINT64_MAX : n + more;
    fault_ = fault;
}

void FaultyDisk::failReadAt(std::uint64_t n, std::uint64_t more) {
    const std::lock_guard lock(mutex_);
    reads_ = 0;
    readsFrom_ = n;
    readsUpTo_ = more > UINT64_MAX - n ? UINT64_MAX : n + more;
}

void FaultyDisk::forget(sqlite3* database) { sqlite3_db_release_memory(database); }

void FaultyDisk::heal() {
    failAt(0, DiskFault::none);
    failReadAt(UINT64_MAX);
}

std::uint64_t FaultyDisk::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

std::uint64_t FaultyDisk::reads() const {
    const std::lock_guard lock(mutex_);
    return reads_;
}

std::uint64_t FaultyDisk::injected() const {
    const std::lock_guard lock(mutex_);
    return injected_;
}

void FaultyDisk::hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
}

void FaultyDisk::untilHeld() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
}

void FaultyDisk::letGo() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
}

DiskFault FaultyDisk::next(bool flush) {
    std::unique_lock lock(mutex_);
    if (flush && held_) {
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !held_; });
        --waiting_;
    }
    ++calls_;
    if (fault_ == DiskFault::none || calls_ < from_ || calls_ > upTo_) return DiskFault::none;
    if ((fault_ == DiskFault::no_sync) != flush) return DiskFault::none;
    ++injected_;
    return fault_;
}

bool FaultyDisk::nextRead() {
    const std::lock_guard lock(mutex_);
    ++reads_;
    if (readsFrom_ == 0 || reads_ < readsFrom_ || reads_ > readsUpTo_) return true;
    ++injected_;
    return false;
}

void FaultyDisk::wrote(const std::string& path, std::int64_t at, std::string bytes) {
    const std::lock_guard lock(mutex_);
    files_[path].since.emplace_back(at, std::move(bytes));
}

void FaultyDisk::truncated(const std::string& path, std::int64_t size) {
    const std::lock_guard lock(mutex_);
    files_[path].since.emplace_back(-1 - size, std::string());
}

void FaultyDisk::flushed(const std::string& path) {
    const std::lock_guard lock(mutex_);
    auto& file = files_[path];
    for (const auto& [at, bytes] : file.since) apply(file.flushed, at, bytes);
    file.since.clear();
}

void FaultyDisk::deleted(const std::string& path) {
    const std::lock_guard lock(mutex_);
    files_.erase(path);
}

void FaultyDisk::apply(std::string& content, std::int64_t at, std::string_view bytes) {
    if (at < 0) return content.resize(static_cast<std::size_t>(-1 - at));
    const auto place = static_cast<std::size_t>(at);
    if (content.size() < place + bytes.size()) content.resize(place + bytes.size());
    content.replace(place, bytes.size(), bytes);
}

void FaultyDisk::losePower(const std::filesystem::path& folder, const std::filesystem::path& target,
                           std::mt19937& random) const {
    const std::lock_guard lock(mutex_);
    std::uniform_int_distribution<int> coin(0, 3);
    for (const auto& [path, file] : files_) {
        const std::filesystem::path is(path);
        if (is.parent_path() != folder) continue;
        auto content = file.flushed;
        for (const auto& [at, bytes] : file.since) {
            const int fate = coin(random);
            if (fate == 0) continue;                              // it never came to the disk
            if (fate == 1 && at >= 0 && bytes.size() > sector) {  // torn: some of its sectors did
                for (std::size_t from = 0; from < bytes.size(); from += sector)
                    if (coin(random) > 1)
                        apply(content, at + static_cast<std::int64_t>(from),
                              std::string_view(bytes).substr(from, sector));
                continue;
            }
            apply(content, at, bytes);
        }
        std::ofstream(target / is.filename(), std::ios::binary) << content;
    }
}

}  // namespace deskline::tests
