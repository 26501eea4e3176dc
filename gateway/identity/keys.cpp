#include "identity/keys.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>

#include "identity/jwt.hpp"
#include "model/id.hpp"
#include "model/json.hpp"

namespace deskline::identity {
namespace {

constexpr std::string_view prefix = "dlk_";
constexpr std::size_t idDigits = 12, secretBytes = 32, saltBytes = 16, hashBytes = 32, mostProven = 4096;
constexpr std::uint64_t cost = 1 << 15, blockSize = 8, parallel = 1, memory = 64 << 20;  // 32 MiB, about 50 ms

std::string randomBytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) throw std::runtime_error("the system has no random numbers");
    return bytes;
}

std::string scrypt(std::string_view secret, const std::string& salt) {
    std::string hash(hashBytes, '\0');
    if (EVP_PBE_scrypt(secret.data(), secret.size(), reinterpret_cast<const unsigned char*>(salt.data()), salt.size(), cost, blockSize, parallel, memory,
                       reinterpret_cast<unsigned char*>(hash.data()), hash.size()) != 1)
        throw std::runtime_error("scrypt failed: is there not enough memory?");
    return hash;
}

std::set<std::string> setOf(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

Identity identityOf(const Key& key) {
    return {.subject = key.name,
            .role = key.role,
            .agents = setOf(key.agents),
            .expires = key.expiresAt ? std::chrono::duration_cast<std::chrono::seconds>(key.expiresAt->time_since_epoch()).count() : 0,
            .groups = setOf(key.groups),
            .scopes = setOf(key.scopes),
            .proof = key.certificate ? Proof::certificate : Proof::key,
            .credential = key.id};
}

std::string whyNot(const Key& key, Time now) {
    if (key.revokedAt) return "The key " + key.id + " was revoked.";
    if (key.expiresAt && *key.expiresAt <= now) return "The key " + key.id + " has expired.";
    return {};
}

Result<KeyFile> parseKeys(const std::string& text, const std::filesystem::path& path) {
    KeyFile content;
    if (text.empty()) return content;  // there is no such file
    boost::json::error_code broken;
    const auto value = boost::json::parse(text, broken);
    std::vector<FieldError> errors;
    if (!broken) fromJson(value, content, "", errors);
    if (!broken && errors.empty()) return content;
    return Fault{"configuration",
                 "The keys in " + path.string() + " cannot be read: " + (broken ? broken.message() : errors[0].pointer + " " + errors[0].detail) + "."};
}

const Fault unknownKey{"not-authorized", "This is no key of this gateway; `deskline key list` shows which there are."};

}  // namespace

Result<KeyFile> readKeyFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return parseKeys(std::string{std::istreambuf_iterator<char>(file), {}}, path);
}

Result<void> writeKeyFile(const std::filesystem::path& path, const KeyFile& content) {
    const auto wrong = [&](const std::string& what) {
        return Fault{"configuration", path.string() + " " + what + ": check the folder and the account's rights."};
    };
    std::error_code error;
    if (!path.parent_path().empty()) std::filesystem::create_directories(path.parent_path(), error);
    auto next = path;
    next += ".new";
    {
        std::ofstream file(next, std::ios::binary | std::ios::trunc);
        std::filesystem::permissions(next, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
        if (!(file << boost::json::serialize(toJson(content)) << '\n').flush()) return wrong("could not be written");
    }
    std::filesystem::rename(next, path, error);
    if (error) return wrong("could not be replaced");
    return {};
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

bool Keys::reload() {
    const std::lock_guard lock(mutex_);
    return readAgain();
}

bool Keys::changed() {
    const std::lock_guard lock(mutex_);
    return std::exchange(changed_, false);
}

bool Keys::readAgain() {
    const auto text = file_.news();
    if (!text) return false;
    auto content = parseKeys(*text, file_.path());
    if (!content) {
        spdlog::error("{} What was known before stays.", content.error().detail);
        return false;
    }
    content_ = std::move(*content);
    proven_.clear();
    return changed_ = true;
}

const Key* Keys::find(std::string_view id) const {
    const auto found = std::ranges::find(content_.keys, id, &Key::id);
    return found == content_.keys.end() ? nullptr : &*found;
}

Result<Identity> Keys::admit(const Key& key, Time now) {
    if (auto why = whyNot(key, now); !why.empty()) return Fault{"not-authorized", std::move(why)};
    uses_[key.id] = now;
    return identityOf(key);
}

std::optional<Result<Identity>> Keys::known(const std::string& secret, Time now) {
    const std::lock_guard lock(mutex_);
    readAgain();  // a key that was revoked just now is void at once
    const auto proven = proven_.find(digest(secret));
    const auto* key = proven == proven_.end() ? nullptr : find(proven->second);
    if (!key) return std::nullopt;
    return admit(*key, now);
}

Result<Identity> Keys::verify(const std::string& secret, Time now) {
    std::string salt, hash, id;
    {
        const std::lock_guard lock(mutex_);
        const auto named = secret.size() > prefix.size() + idDigits ? std::string_view(secret).substr(prefix.size(), idDigits) : std::string_view();
        const auto* key = find(named);
        if (!key && !named.empty() && readAgain()) key = find(named);
        if (!key || !key->salt || !key->hash) return unknownKey;
        if (auto why = whyNot(*key, now); !why.empty()) return Fault{"not-authorized", std::move(why)};
        id = key->id;
        salt = decodeBase64Url(*key->salt).value_or("");
        hash = decodeBase64Url(*key->hash).value_or("");
    }
    const auto computed = scrypt(secret, salt);
    if (hash.size() != computed.size() || CRYPTO_memcmp(hash.data(), computed.data(), hash.size()) != 0) return unknownKey;
    const std::lock_guard lock(mutex_);
    const auto* key = find(id);
    if (!key) return unknownKey;
    if (proven_.size() > mostProven) proven_.clear();
    proven_[digest(secret)] = id;
    return admit(*key, now);
}

Result<Identity> Keys::certificate(const std::vector<std::string>& names, Time now) {
    const std::lock_guard lock(mutex_);
    for (bool again = true; again; again = readAgain())
        for (const auto& key : content_.keys)
            if (key.certificate && std::ranges::find(names, *key.certificate) != names.end()) return admit(key, now);
    return Fault{"not-authorized", "The client certificate is good, but stands for nobody here; `deskline key create --certificate` says for whom."};
}

std::optional<Identity> Keys::current(const Identity& caller, Time now) const {
    const std::lock_guard lock(mutex_);
    if (caller.proof == Proof::key || caller.proof == Proof::certificate) {
        const auto* key = find(caller.credential);
        return key && whyNot(*key, now).empty() ? std::optional(identityOf(*key)) : std::nullopt;
    }
    for (const auto& revoked : content_.revocations)
        if (revoked.subject == caller.subject && Time(std::chrono::seconds(caller.issued)) < revoked.before) return std::nullopt;
    return caller;
}

std::vector<Key> Keys::all() const {
    const std::lock_guard lock(mutex_);
    return content_.keys;
}

std::map<std::string, Time> Keys::takeUses() {
    const std::lock_guard lock(mutex_);
    return std::exchange(uses_, {});
}

}  // namespace deskline::identity
