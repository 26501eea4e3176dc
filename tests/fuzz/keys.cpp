// The file keys.json: reading it, and the changes of `deskline key` and `deskline revoke`.
#include "identity/keys.hpp"

#include "fuzz.hpp"
#include "identity/key_file.hpp"
#include "model/json.hpp"

namespace deskline::fuzz {
namespace {

using namespace identity;

void isWhole(const KeyFile& content) {  // it can be written and read again
    const auto again = parseKeys(boost::json::serialize(toJson(content)), "keys.json");
    HOLDS(again.has_value() && toJson(*again) == toJson(content));
}

}  // namespace

void one(std::string_view input) {
    const auto content = parseKeys(std::string(input), "keys.json");
    if (!content) return isReason(content.error());
    isWhole(*content);
    static const Folder folder;
    Keys keys(folder.write("keys.json", input));
    HOLDS(keys.open().has_value() && keys.all().size() == content->keys.size());
    const Time now = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1);
    auto changed = *content;
    for (const auto& key : content->keys) {
        if (key.certificate)
            if (const auto who = keys.certificate({*key.certificate}, now); !who) isReason(who.error());
        if (const auto revoked = revokeKey(changed, key.id, now); !revoked) isReason(revoked.error());
    }
    revokeTokens(changed, "ada", now);
    if (const auto added = addKey(
            changed, {.id = "ffffffffffff", .name = "crm", .certificate = "CN=crm.example", .createdAt = now}, now);
        !added)
        isReason(added.error());
    isWhole(changed);
}

}  // namespace deskline::fuzz
