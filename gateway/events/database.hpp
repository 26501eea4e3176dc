// The SQLite file behind the journal: opened, checked, brought to the present schema, and asked through prepared
// statements. It tells a damaged file, which the journal sets aside, from one that cannot be opened or read, which is
// refused. Thread: one at a time; the ledger's while the gateway runs.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "model/fault.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace deskline::events {

inline constexpr int schemaVersion = 5;
inline constexpr std::string_view copyMark = "copied";  // in `meta`, of a copy (archive.hpp): when it was made
inline constexpr std::string_view violated = "SQLITE_CONSTRAINT";  // such as one number for two events

class Database {
public:
    enum class Access { write, read, look };  // look: as a gateway would find it, checked like it, and left as it is
    enum class Durability { normal, full };   // full: a disk flush a commit

    Database() = default;
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // `path` empty: in memory. `damaged` says whether a failure means that the file's content is broken. `patience`:
    // milliseconds that each call waits for another program that writes. Closes what was open before. Of a file that is
    // opened to write, SQLite's files beside it (-wal, -shm) stay when it is closed, emptied: the next to open it needs
    // neither room on the disk for them nor the right to make files in the folder. Nothing is written where the file
    // has the present schema already.
    Result<void> open(const std::filesystem::path& path, Access access, Durability durability, bool& damaged,
                      int patience = 2000);
    bool run(const char* sql);
    // Of the last call that failed, with what to do; symbol: `violated` where a rule of the schema was.
    Fault fault(std::string_view what) const;
    sqlite3* handle() const { return database_; }
    const std::filesystem::path& path() const { return path_; }
    // What the rows of a table take, in bytes of their content; counted by the file itself as they come and go
    // (database.cpp), whoever writes.
    std::uint64_t bytesOf(std::string_view table) const;

private:
    std::string advice(int code) const;
    std::string ofDamage() const;
    Result<void> check(bool& damaged) const;
    Result<void> migrate();
    void close();
    int schema() const;  // 0: none yet
    Fault tooNew() const;

    sqlite3* database_ = nullptr;
    std::filesystem::path path_;
    Access access_ = Access::write;
};

// A transaction that writes. It is rolled back when it is destroyed without a commit.
class Transaction {
public:
    explicit Transaction(Database& database) : database_(database), open_(database.run("BEGIN IMMEDIATE")) {}
    ~Transaction() { takeBack(); }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    bool begun() const { return open_; }
    bool commit() {  // false: Database::fault says why
        if (!open_ || !database_.run("COMMIT")) return false;
        open_ = false;
        return true;
    }
    void takeBack() {
        if (std::exchange(open_, false)) database_.run("ROLLBACK");
    }

private:
    Database& database_;
    bool open_;
};

// A prepared statement, finalised when it goes. Parameters and columns count as SQLite's: from 1 and from 0.
class Statement {
public:
    Statement(const Database& database, const char* sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    template <class... Values>
    Statement& bind(const Values&... values) {
        int at = 0;
        (bindAt(++at, values), ...);
        return *this;
    }
    // For a statement whose number of parameters is known only when it runs. Bound texts are copied.
    void bindAt(int at, std::int64_t value);
    void bindAt(int at, std::string_view value);
    bool row();           // the next row; false: none, or failed
    bool done();          // runs to the end; false: failed
    bool failed() const;  // the last `row` or `done` ended by a failure
    void reset();
    std::int64_t number(int column) const;
    std::string text(int column) const;

private:
    sqlite3_stmt* statement_ = nullptr;
    int code_ = 0;
};

}  // namespace deskline::events
