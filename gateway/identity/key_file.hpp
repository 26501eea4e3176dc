// The file of API keys, of client certificates that stand for a caller, and of revocations: what `deskline key` and
// `deskline revoke` change and the gateway watches. Of a key only an scrypt hash is kept. A name, a certificate's name
// and an id have one living owner. Source: RFC 7914 (scrypt). Thread: the caller's.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "identity/identity.hpp"
#include "model/fault.hpp"

namespace deskline::identity {

struct Key {
    std::string id, name;
    Role role = Role::integration;
    std::vector<std::string> scopes, agents, groups;
    std::optional<std::string> salt, hash;  // base64url; of a key
    std::optional<std::string>
        certificate;  // instead: "CN=crm.example", "DNS:…", "URI:…", "email:…" of a client certificate
    Time createdAt{};
    std::optional<Time> expiresAt, revokedAt;
};
BOOST_DESCRIBE_STRUCT(Key, (),
                      (id, name, role, scopes, agents, groups, salt, hash, certificate, createdAt, expiresAt,
                       revokedAt))

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

// Why the key is void: "The key … was revoked."; "": it lives.
std::string whyNot(const Key& key, Time now);

// The fault configuration names the file. An empty file is a broken one.
Result<KeyFile> parseKeys(const std::string& text, const std::filesystem::path& path);
Result<KeyFile> readKeyFile(const std::filesystem::path& path);  // empty where there never was one
// Carries a change out under the file's lock, so that of several at one time none is lost; it is on the disk when this
// returns. What `change` refuses is answered as it is, and nothing was written.
Result<void> updateKeyFile(const std::filesystem::path& path, const std::function<Result<void>(KeyFile&)>& change);

// Changes, for within an update. invalid-argument says in plain words why not.
inline constexpr std::size_t mostKeys = 10'000;  // living, expired and revoked ones
Result<void> addKey(KeyFile& file, Key key, Time now);
struct Revoked {
    Key key;
    bool before = false;  // it had been revoked already, at key.revokedAt
};
Result<Revoked> revokeKey(KeyFile& file, const std::string& idOrName, Time now);
void revokeTokens(KeyFile& file, const std::string& subject, Time now);

struct NewKey {
    Key key;
    std::string secret;  // "dlk_<id>_<43 characters>": shown once
};
NewKey makeKey(Key key);  // gives id, salt and hash; createdAt is the caller's. About 50 ms: not for within an update
bool looksLikeKey(std::string_view credential);
std::string_view idIn(std::string_view secret);              // "" where there is none
bool isSecretOf(const Key& key, const std::string& secret);  // about 50 ms

}  // namespace deskline::identity
