// API keys, client certificates that stand for a caller, and revocations, in one file that `deskline key` and `deskline revoke` write and the
// gateway watches. Of a key only an scrypt hash is kept. Source: RFC 7914 (scrypt).
// Thread: `Keys` any; the file's functions the caller's.
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "identity/identity.hpp"
#include "model/fault.hpp"
#include "model/watched_file.hpp"

namespace deskline::identity {

struct Key {
    std::string id, name;
    Role role = Role::integration;
    std::vector<std::string> scopes, agents, groups;
    std::optional<std::string> salt, hash;   // base64url; of a key
    std::optional<std::string> certificate;  // instead: "CN=crm.example", "DNS:…", "URI:…", "email:…" of a client certificate
    Time createdAt{};
    std::optional<Time> expiresAt, revokedAt;
};
BOOST_DESCRIBE_STRUCT(Key, (), (id, name, role, scopes, agents, groups, salt, hash, certificate, createdAt, expiresAt, revokedAt))

struct Revocation {  // no token of this subject that was issued before `before` is believed any more
    std::string subject;
    Time before{};
};
BOOST_DESCRIBE_STRUCT(Revocation, (), (subject, before))

struct KeyFile {
    std::vector<Key> keys;
    std::vector<Revocation> revocations;
};
BOOST_DESCRIBE_STRUCT(KeyFile, (), (keys, revocations))

Result<KeyFile> readKeyFile(const std::filesystem::path& path);                        // empty where there is none
Result<void> writeKeyFile(const std::filesystem::path& path, const KeyFile& content);  // whole or not at all; readable by its owner alone

struct NewKey {
    Key key;
    std::string secret;  // "dlk_<id>_<43 characters>": shown once
};
NewKey makeKey(Key key);  // gives id, salt and hash; createdAt is the caller's
bool looksLikeKey(std::string_view credential);

class Keys {
public:
    explicit Keys(const std::filesystem::path& file) : file_(file) {}

    // Reads the file again where it has changed. A file that cannot be read leaves what is there, and says so once. `reload` is done too
    // when a key is not known, so that a new one is good at once. `changed`: whether there was anything new since it was asked last.
    bool reload();
    bool changed();

    // scrypt takes about 50 ms: for a thread that may. A key that was right before is recognised at once (`known`).
    Result<Identity> verify(const std::string& secret, Time now);
    std::optional<Result<Identity>> known(const std::string& secret, Time now);
    // By what a verified client certificate says of itself.
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
    bool changed_ = false;
    std::map<std::string, std::string> proven_;  // SHA-256 of a key → its id
    std::map<std::string, Time> uses_;
};

}  // namespace deskline::identity
