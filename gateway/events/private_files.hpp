// The files that SQLite makes beside a database (-wal, -shm, -journal) hold parts of it. They are for Deskline's
// account alone, as the database is (model/files.hpp). Thread: any.
#pragma once

namespace deskline::events {

// From the first call on, databases are opened on a file system that makes them so, as SQLite's default one; where the
// host's does so itself, it stays. Source: sqlite3_vfs_register, sqlite3_vfs.
void usePrivateFiles();

}  // namespace deskline::events
