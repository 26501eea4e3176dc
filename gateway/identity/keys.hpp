// Finds the caller of an API key or of a client certificate, and revocations, in the file of keys (key_file.hpp), which
// it watches. Thread: any.
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "identity/key_file.hpp"
#include "model/watched_file.hpp"

namespace deskline::identity {

Identity identityOf(const Key& key);  // who its holder is

class Keys {
public:
    explicit Keys(const std::filesystem::path& file) : file_(file, WatchedFile::Absent::first) {}

    // At the start. A fault: the file cannot be read. A file that never existed is no fault: there are no keys.
    Result<void> open();
    // `reload` reads the file again where it has changed; true: it has. Where the file cannot be read or is gone, the
    // keys and above all the revocations stay as they are, the log says so once, and each call tries again. An unknown
    // key causes a reload too, so that a new key is valid at once. `changed`: whether the file has changed since the
    // last call of it. `fault`: why the keys may be out of date; "": they are not.
    bool reload();
    bool changed();
    std::string fault() const;

    // `verify` takes about 50 ms (scrypt). `known` answers at once for a secret that was right before; absent: it was
    // not.
    Result<Identity> verify(const std::string& secret, Time now);
    std::optional<Result<Identity>> known(const std::string& secret, Time now);
    // The id in the secret, where a key of that id exists; absent: no secret of that id can be right.
    std::optional<std::string> claimed(std::string_view secret);
    // The identity of the valid key that has one of these names of a verified client certificate.
    Result<Identity> certificate(const std::vector<std::string>& names, Time now);

    // The caller's present identity; absent: its key is no longer valid, or its tokens were revoked.
    std::optional<Identity> current(const Identity& caller, Time now) const;
    std::vector<Key> all() const;            // in the order of the file
    std::map<std::string, Time> takeUses();  // a key's id → its last use, of those used since the last call

private:
    bool readAgain();  // under the lock
    const Key* find(std::string_view id) const;
    Result<Identity> admit(const Key& key, Time now);

    WatchedFile file_;
    mutable std::mutex mutex_;
    KeyFile content_;
    std::string fault_;  // of the content
    bool changed_ = false;
    std::map<std::string, std::string> proven_;  // SHA-256 of a key → its id
    std::map<std::string, Time> uses_;
};

}  // namespace deskline::identity
