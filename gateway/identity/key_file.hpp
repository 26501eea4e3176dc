// The file of API keys, of client certificates that stand for a caller, and of revocations. `deskline key` and
// `deskline revoke` change it, and the gateway watches it. Of a key only an scrypt hash is kept. Each name,
// certificate's name and id belongs to at most one valid key. Source: RFC 7914 (scrypt). Thread: the caller's.
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
    // Instead of salt and hash: "CN=crm.example", "DNS:…", "URI:…" or "email:…" of a client certificate.
    std::optional<std::string> certificate;
    Time createdAt{};
    std::optional<Time> expiresAt, revokedAt;
};
BOOST_DESCRIBE_STRUCT(Key, (),
                      (id, name, role, scopes, agents, groups, salt, hash, certificate, createdAt, expiresAt,
                       revokedAt))

struct Revocation {  // tokens of this subject that were issued before `before` are refused
    std::string subject;
    Time before{};
};
BOOST_DESCRIBE_STRUCT(Revocation, (), (subject, before))

struct KeyFile {
    std::vector<Key> keys;
    std::vector<Revocation> revocations;
};
BOOST_DESCRIBE_STRUCT(KeyFile, (), (keys, revocations))

// Why the key is not valid: "The key … was revoked."; "": it is valid.
std::string whyNot(const Key& key, Time now);

// The fault (configuration) names the file. An empty text is a fault too.
Result<KeyFile> parseKeys(const std::string& text, const std::filesystem::path& path);
Result<KeyFile> readKeyFile(const std::filesystem::path& path);  // empty where there never was one
// Makes a change under the file's lock, so that of several at one time none is lost. The change is on the disk when
// this returns. A fault of `change` is returned as it is, and nothing is written.
Result<void> updateKeyFile(const std::filesystem::path& path, const std::function<Result<void>(KeyFile&)>& change);

// Changes to be made within `updateKeyFile`. The fault invalid-argument says in plain words why one is refused.
inline constexpr std::size_t mostKeys = 10'000;  // living, expired and revoked ones
Result<void> addKey(KeyFile& file, Key key, Time now);
struct Revoked {
    Key key;
    bool before = false;  // it was revoked earlier, at key.revokedAt
};
Result<Revoked> revokeKey(KeyFile& file, const std::string& idOrName, Time now);
void revokeTokens(KeyFile& file, const std::string& subject, Time now);

struct NewKey {
    Key key;
    std::string secret;  // "dlk_<id>_<43 characters>": shown once
};
NewKey makeKey(Key key);  // fills in id, salt and hash, not createdAt. About 50 ms: call it before an update
bool looksLikeKey(std::string_view credential);
std::string_view idIn(std::string_view secret);              // "" where there is none
bool isSecretOf(const Key& key, const std::string& secret);  // about 50 ms

}  // namespace deskline::identity
