// The files that SQLite makes beside a database (-wal, -shm, -journal) hold parts of it. They are for Deskline's
// account alone, as the database is (model/files.hpp). Thread: any.
#pragma once

namespace deskline::events {

// The name of SQLite's file system that makes them so; nullptr: its own does. Source: sqlite3_open_v2, sqlite3_vfs.
const char* privateFiles();

}  // namespace deskline::events
