// Who shows an API key or a client certificate, and what was revoked: from the file of keys (key_file.hpp), which is
// watched. Thread: any.
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "identity/key_file.hpp"
#include "model/watched_file.hpp"

namespace deskline::identity {

class Keys {
public:
    explicit Keys(const std::filesystem::path& file) : file_(file, WatchedFile::Absent::first) {}

    // At the start, where a file that cannot be read is a reason not to begin. One that is not there is none, if it
    // never was.
    Result<void> open();
    // Reads the file again where it has changed. A file that cannot be read, or is gone, leaves what is known (above
    // all what was revoked), and says so once; it is tried again each time. `reload` is done too when a key is not
    // known, so that a new one is good at once. `changed`: whether there was anything new since it was asked last.
    // `fault`: why what is known may be out of date; "": it is not.
    bool reload();
    bool changed();
    std::string fault() const;

    // scrypt takes about 50 ms: for a thread that may. A key that was right before is recognised at once (`known`).
    Result<Identity> verify(const std::string& secret, Time now);
    std::optional<Result<Identity>> known(const std::string& secret, Time now);
    // The id of the key that a secret claims to be, where there is such a key; nothing: it is none of ours, whatever
    // follows.
    std::optional<std::string> claimed(std::string_view secret);
    // By what a verified client certificate says of itself: the living key that names it.
    Result<Identity> certificate(const std::vector<std::string>& names, Time now);

    // What the caller is by now; nothing: no longer anybody.
    std::optional<Identity> current(const Identity& caller, Time now) const;
    std::vector<Key> all() const;            // as the file has them
    std::map<std::string, Time> takeUses();  // key → when it was used last, since the last call

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
