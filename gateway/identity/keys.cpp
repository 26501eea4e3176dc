#include "identity/keys.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "model/id.hpp"
#include "model/seconds.hpp"
#include "model/shared_file.hpp"

namespace deskline::identity {
namespace {

constexpr std::size_t mostProven = 4096;

template <class Name>
std::set<Name> setOf(const std::vector<std::string>& list) {
    return {list.begin(), list.end()};
}

const Fault unknownKey{"not-authorized", "This is no key of this gateway; `deskline key list` shows which there are."};

}  // namespace

Identity identityOf(const Key& key) {
    return {.subject = key.name,
            .role = key.role,
            .agents = setOf<AgentId>(key.agents),
            .expires = key.expiresAt
                           ? std::chrono::duration_cast<std::chrono::seconds>(key.expiresAt->time_since_epoch()).count()
                           : 0,
            .groups = setOf<GroupName>(key.groups),
            .scopes = setOf<std::string>(key.scopes),
            .proof = key.certificate ? Proof::certificate : Proof::key,
            .credential = key.id};
}

Result<void> Keys::open() {
    const std::lock_guard lock(mutex_);
    if (const auto readable = readKeyFile(file_.path()); !readable) return readable.error();
    if (readAgain()) noteShared(file_.path());
    if (!file_.fault().empty()) return Fault{"configuration", file_.fault()};
    if (!fault_.empty()) return Fault{"configuration", fault_};
    return {};
}

bool Keys::reload() {
    const std::lock_guard lock(mutex_);
    return readAgain();
}

bool Keys::changed() {
    const std::lock_guard lock(mutex_);
    return std::exchange(changed_, false);
}

std::string Keys::fault() const {
    const std::lock_guard lock(mutex_);
    return file_.fault().empty() ? fault_ : file_.fault();
}

bool Keys::readAgain() {
    const auto text = file_.news();
    if (!text) return false;
    auto content = parseKeys(*text, file_.path());
    if (!content) {
        fault_ = content.error().detail;
        spdlog::error("{} What was known before stays.", fault_);
        return false;
    }
    fault_.clear();
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
    readAgain();  // a revocation of this moment counts at once
    const auto proven = proven_.find(digest(secret));
    const auto* key = proven == proven_.end() ? nullptr : find(proven->second);
    if (!key) return std::nullopt;
    return admit(*key, now);
}

std::optional<std::string> Keys::claimed(std::string_view secret) {
    const std::lock_guard lock(mutex_);
    const auto* key = find(idIn(secret));
    if (!key && readAgain()) key = find(idIn(secret));  // it may have been made just now
    return key && key->hash ? std::optional(key->id) : std::nullopt;
}

Result<Identity> Keys::verify(const std::string& secret, Time now) {
    Key claimed;
    {
        const std::lock_guard lock(mutex_);
        const auto named = idIn(secret);
        const auto* key = find(named);
        if (!key && !named.empty() && readAgain()) key = find(named);
        if (!key || !key->salt || !key->hash) return unknownKey;
        if (auto why = whyNot(*key, now); !why.empty()) return Fault{"not-authorized", std::move(why)};
        claimed = *key;
    }
    if (!isSecretOf(claimed, secret)) return unknownKey;
    const std::lock_guard lock(mutex_);
    const auto* key = find(claimed.id);
    if (!key) return unknownKey;
    if (proven_.size() > mostProven) proven_.clear();
    proven_[digest(secret)] = claimed.id;
    return admit(*key, now);
}

Result<Identity> Keys::certificate(const std::vector<std::string>& names, Time now) {
    const std::lock_guard lock(mutex_);
    readAgain();  // what was revoked or made just now counts at once
    const Key* named = nullptr;
    for (const auto& key : content_.keys) {
        if (!key.certificate || std::ranges::find(names, *key.certificate) == names.end()) continue;
        named = &key;
        if (whyNot(key, now).empty()) break;  // the valid one, even where earlier ones of the name were revoked
    }
    if (named) return admit(*named, now);
    return Fault{"not-authorized",
                 "The client certificate is good, but stands for nobody here; `deskline key create --certificate` says "
                 "for whom."};
}

std::optional<Identity> Keys::current(const Identity& caller, Time now) const {
    const std::lock_guard lock(mutex_);
    if (caller.proof == Proof::key || caller.proof == Proof::certificate) {
        const auto* key = find(caller.credential);
        return key && whyNot(*key, now).empty() ? std::optional(identityOf(*key)) : std::nullopt;
    }
    auto is = caller;
    for (const auto& revoked : content_.revocations) {
        if (revoked.subject != caller.subject) continue;
        if (fromSeconds(caller.issued) < revoked.before) return std::nullopt;
        is.credential = toRfc3339(revoked.before);
    }
    return is;
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
