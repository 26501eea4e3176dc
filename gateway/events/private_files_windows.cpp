#include "events/private_files.hpp"

#include <sqlite3.h>

#include <new>
#include <string>

#include "model/files.hpp"
#include "model/wide_text_windows.hpp"

namespace deskline::events {
namespace {

// False: the file is not there, and could not be made.
bool make(const std::string& name) {
    const std::filesystem::path path(toUtf16(name));
    const auto there = stampOf(path);
    return there && (*there || createPrivate(path, ""));
}

std::string sharedBeside(std::string wal) { return wal.replace(wal.rfind("-wal"), std::string::npos, "-shm"); }

// Windows' file system as SQLite has it, but that a file is there, empty and private, before SQLite opens it: SQLite
// gives CreateFileW no access list, so that of the folder would count.
struct PrivateFiles {
    sqlite3_vfs* usual = sqlite3_vfs_find(nullptr);
    sqlite3_vfs own = *usual;

    PrivateFiles() {
        own.zName = "deskline";
        own.pNext = nullptr;
        own.pAppData = usual;
        own.xOpen = [](sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* opened) {
            auto* const windows = static_cast<sqlite3_vfs*>(vfs->pAppData);
            try {
                if (name && (flags & SQLITE_OPEN_CREATE) != 0 && !make(name)) return SQLITE_CANTOPEN;
                // The shared memory is opened behind the -wal, without asking here.
                if (name && (flags & SQLITE_OPEN_WAL) != 0 && !make(sharedBeside(name))) return SQLITE_CANTOPEN;
            } catch (const std::bad_alloc&) {
                return SQLITE_NOMEM;
            }
            return windows->xOpen(windows, name, file, flags, opened);
        };
        sqlite3_vfs_register(&own, 1);
    }
};

}  // namespace

void usePrivateFiles() { static PrivateFiles files; }

}  // namespace deskline::events
