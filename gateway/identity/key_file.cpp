#include "identity/key_file.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>

#include "identity/jwt.hpp"
#include "model/host_text.hpp"
#include "model/id.hpp"
#include "model/json.hpp"
#include "model/shared_file.hpp"

namespace deskline::identity {
namespace {

constexpr std::string_view prefix = "dlk_";
constexpr std::size_t idDigits = 12, secretBytes = 32, saltBytes = 16, hashBytes = 32;
constexpr std::uint64_t cost = 1 << 15, blockSize = 8, parallel = 1, memory = 64 << 20;  // 32 MiB, about 50 ms

std::string randomBytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
        throw std::runtime_error("the system has no random numbers");
    return bytes;
}

std::string scrypt(std::string_view secret, const std::string& salt) {
    std::string hash(hashBytes, '\0');
    if (EVP_PBE_scrypt(secret.data(), secret.size(), reinterpret_cast<const unsigned char*>(salt.data()), salt.size(),
                       cost, blockSize, parallel, memory, reinterpret_cast<unsigned char*>(hash.data()),
                       hash.size()) != 1)
        throw std::runtime_error("scrypt failed: is there not enough memory?");
    return hash;
}

Fault refused(std::string why) { return {"invalid-argument", std::move(why)}; }

}  // namespace

std::string whyNot(const Key& key, Time now) {
    if (key.revokedAt) return "The key " + key.id + " was revoked.";
    if (key.expiresAt && *key.expiresAt <= now) return "The key " + key.id + " has expired.";
    return {};
}

Result<KeyFile> parseKeys(const std::string& text, const std::filesystem::path& path) {
    KeyFile content;
    boost::json::error_code broken;
    const auto value = boost::json::parse(text, broken);
    std::vector<FieldError> errors;
    if (!broken) fromJson(value, content, "", errors);
    if (!broken && errors.empty()) return content;
    return Fault{"configuration", "The keys in " + textOf(path) + " cannot be read: " +
                                      (broken ? broken.message() : errors[0].pointer + " " + errors[0].detail) + "."};
}

Result<KeyFile> readKeyFile(const std::filesystem::path& path) {
    const auto text = readShared(path);
    if (!text) return text.error();
    return *text ? parseKeys(**text, path) : KeyFile{};
}

Result<void> updateKeyFile(const std::filesystem::path& path, const std::function<Result<void>(KeyFile&)>& change) {
    return updateShared(path, [&](const std::optional<std::string>& text) -> Result<std::string> {
        auto file = text ? parseKeys(*text, path) : KeyFile{};
        if (!file) return file.error();
        if (auto changed = change(*file); !changed) return changed.error();
        return boost::json::serialize(toJson(*file)) + '\n';
    });
}

Result<void> addKey(KeyFile& file, Key key, Time now) {
    if (file.keys.size() >= mostKeys)
        return refused("there are " + std::to_string(mostKeys) +
                       " keys, revoked ones included; take those that nobody asks after out of the file");
    for (const auto& other : file.keys) {
        if (other.id == key.id || other.name == key.id || other.id == key.name)
            return refused("'" + (other.id == key.name ? key.name : key.id) +
                           "' is a key's id or name already; choose another name, or try again");
        if (!whyNot(other, now).empty()) continue;
        if (other.name == key.name)
            return refused("there is a key of the name '" + key.name +
                           "' already; revoke it first, or choose another name");
        if (key.certificate && other.certificate == key.certificate)
            return refused("the certificate " + *key.certificate + " stands for '" + other.name +
                           "' already; revoke that first");
    }
    file.keys.push_back(std::move(key));
    return {};
}

Result<Revoked> revokeKey(KeyFile& file, const std::string& idOrName, Time now) {
    // The key of this id; else, of this name, the valid one, else an expired one, else the one revoked last.
    Key* named = nullptr;
    const auto rank = [&](const Key& key) {
        return key.id == idOrName ? 3 : key.revokedAt ? 0 : whyNot(key, now).empty() ? 2 : 1;
    };
    for (auto& key : file.keys)
        if ((key.id == idOrName || key.name == idOrName) && (!named || rank(key) >= rank(*named))) named = &key;
    if (!named) return refused("there is no key '" + idOrName + "'; `deskline key list` shows which there are");
    if (named->revokedAt && named->id != idOrName)
        return refused("there is no key '" + idOrName + "' to revoke: the one of that name, " + named->id +
                       ", was revoked at " + toRfc3339(*named->revokedAt));
    const bool before = named->revokedAt.has_value();
    if (!before) named->revokedAt = now;
    return Revoked{*named, before};
}

void revokeTokens(KeyFile& file, const std::string& subject, Time now) {
    auto until = std::chrono::ceil<std::chrono::seconds>(now);  // tokens have the time of their issue in whole seconds
    for (const auto& before : file.revocations)
        if (before.subject == subject)
            until = std::max(
                until, std::chrono::ceil<std::chrono::seconds>(before.before));  // the clock may have been set back
    std::erase_if(file.revocations, [&](const Revocation& before) { return before.subject == subject; });
    file.revocations.push_back({subject, until});
}

NewKey makeKey(Key key) {
    key.id = randomId(idDigits / 2);
    auto secret = std::string(prefix) + key.id + "_" + encodeBase64Url(randomBytes(secretBytes));
    const auto salt = randomBytes(saltBytes);
    key.salt = encodeBase64Url(salt);
    key.hash = encodeBase64Url(scrypt(secret, salt));
    return {std::move(key), std::move(secret)};
}

bool looksLikeKey(std::string_view credential) { return credential.starts_with(prefix); }

std::string_view idIn(std::string_view secret) {
    return secret.size() > prefix.size() + idDigits ? secret.substr(prefix.size(), idDigits) : std::string_view();
}

bool isSecretOf(const Key& key, const std::string& secret) {
    if (!key.salt || !key.hash) return false;
    const auto hash = decodeBase64Url(*key.hash).value_or(""),
               computed = scrypt(secret, decodeBase64Url(*key.salt).value_or(""));
    return hash.size() == computed.size() && CRYPTO_memcmp(hash.data(), computed.data(), hash.size()) == 0;
}

}  // namespace deskline::identity
