#include "identity/claims.hpp"

#include <algorithm>

#include "model/seconds.hpp"
#include "model/text.hpp"

namespace deskline::identity {
namespace {

namespace json = boost::json;

const json::value* at(const json::object& claims, std::string_view path) {
    if (path.empty()) return nullptr;
    if (const auto* whole = claims.if_contains(path)) return whole;
    const auto dot = path.find('.');
    if (dot == std::string_view::npos) return nullptr;
    const auto* inner = claims.if_contains(path.substr(0, dot));
    return inner && inner->is_object() ? at(inner->get_object(), path.substr(dot + 1)) : nullptr;
}

// A text with spaces between its words (as `scope`), a number, or a list of texts and numbers.
template <class Word = std::string>
std::set<Word> words(const json::value* value, bool split) {
    std::set<Word> all;
    const auto add = [&](const json::value& item) {
        if (item.is_int64()) all.emplace(std::to_string(item.get_int64()));
        if (!item.is_string()) return;
        std::string_view text(item.get_string());
        while (split && text.find(' ') != std::string_view::npos) {
            if (const auto word = text.substr(0, text.find(' ')); !word.empty()) all.emplace(word);
            text.remove_prefix(text.find(' ') + 1);
        }
        if (!text.empty()) all.emplace(text);
    };
    if (value && value->is_array())
        for (const auto& item : value->get_array()) add(item);
    else if (value)
        add(*value);
    return all;
}

// The highest role (in the order of Role) of those that are named: a person may be in several of the provider's groups.
std::optional<Role> roleIn(const std::set<std::string>& names, const ClaimMap& map) {
    std::optional<Role> most;
    for (const auto& name : names) {
        const auto mapped = map.roles.find(name);
        const auto role = mapped != map.roles.end() ? std::optional(mapped->second) : named<Role>(name);
        if (role && (!most || *role > *most)) most = role;
    }
    return most;
}

}  // namespace

Result<Identity> readClaims(const json::object& claims, const Expected& expected, const ClaimMap& map,
                            std::int64_t now) {
    const auto expires = numberAt(claims, "exp");
    if (!expires) return refusedToken("The token has no end (exp).");
    if (later(*expires, leewaySeconds) < now) return refusedToken("The token has expired.");
    if (claims.contains("nbf")) {
        const auto notBefore = numberAt(claims, "nbf");
        if (!notBefore || *notBefore > later(now, leewaySeconds))
            return refusedToken("The token is not valid yet (nbf).");
    }
    if (textAt(claims, "iss") != expected.issuer) return refusedToken("The token is of another issuer.");
    const auto audiences = words(claims.if_contains("aud"), false);
    if (!audiences.contains(expected.audience))
        return refusedToken("The token is for another audience (aud); this gateway's is " + expected.audience + ".");
    Identity identity;
    const auto subject = words(at(claims, map.subject), false);
    if (subject.size() != 1) return refusedToken("The token names no subject (" + map.subject + ").");
    identity.subject = *subject.begin();
    const auto role = roleIn(words(at(claims, map.role), false), map);
    if (!role)
        return refusedToken("The token gives no known role; the claim " + map.role +
                            " must hold agent, supervisor, integration or admin.");
    identity.role = *role;
    identity.agents = words<AgentId>(at(claims, map.agents), false);
    identity.scopes = words(at(claims, map.scopes), true);
    const auto* groups = at(claims, map.groups);
    identity.groups = groups ? words<GroupName>(groups, false) : map.defaultGroups;
    // Names stand in events, the audit and the log. A name that is too long is refused: cut, it might be another's.
    // OpenID Connect Core 1.0 §2: `sub` has at most 255 characters.
    const auto unfit = [](const std::string& name) { return !isPrintable(name); };
    if (unfit(identity.subject))
        return refusedToken("The token's subject (" + map.subject +
                            ") is longer than 255 bytes or has characters that cannot be shown.");
    if (std::ranges::any_of(identity.agents, unfit) || std::ranges::any_of(identity.groups, unfit) ||
        std::ranges::any_of(identity.scopes, unfit))
        return refusedToken(
            "The token names an agent, group or scope that is longer than 255 bytes or has characters that cannot be "
            "shown.");
    identity.expires = *expires;
    identity.issued = numberAt(claims, "iat").value_or(0);
    return identity;
}

}  // namespace deskline::identity
