#include "host/configuration.hpp"

#define TOML_EXCEPTIONS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <numeric>
#include <set>
#include <thread>
#include <variant>

#include "host/platform.hpp"
#include "model/address.hpp"
#include "model/files.hpp"
#include "model/text.hpp"

namespace deskline::host {
namespace {

struct Bytes {  // a size: a number, or text such as "1 MiB"
    std::int64_t* target;
};
struct Durations {  // a list of texts such as "30 s", "2 min", "6 h"
    std::vector<std::int64_t>* target;
};
struct Key {
    std::string name;
    std::variant<std::string*, bool*, std::int64_t*, double*, std::vector<std::string>*, Bytes, Durations> target;
    std::int64_t least = 0, most = INT64_MAX;            // of numbers; of the characters of a text in a list
    std::vector<std::string> choices = {};               // of texts; empty: any
    std::string (*wrong)(const std::string&) = nullptr;  // of a text; "": nothing
};

// As the start takes it.
std::string wrongListen(const std::string& text) {
    const auto address = listenAddress(text);
    return address ? std::string() : address.error().detail;
}

constexpr std::int64_t longestReason = 64;     // as the API takes
constexpr std::int64_t longestRetry = 86'400;  // seconds

std::vector<Key> table(Configuration& c) {
    const std::vector<std::string> telephonySources = {"tapi3", "simulated", "none"},
                                   audioSources = {"coreaudio", "simulated", "none"};
    return {
        {"server.name", &c.server.name},
        {"server.listen", &c.server.listen, 0, 0, {}, wrongListen},
        {"server.base_path", &c.server.basePath},
        {"server.data_dir", &c.server.dataDir},
        {"server.certificate", &c.server.certificate},
        {"server.private_key", &c.server.privateKey},
        {"server.client_authorities", &c.server.clientAuthorities},
        {"server.client_revocations", &c.server.clientRevocations},
        {"server.names", &c.server.names, 0, 255},
        {"server.allowed_origins", &c.server.allowedOrigins},
        {"server.frame_ancestors", &c.server.frameAncestors},
        {"server.trusted_proxies", &c.server.trustedProxies},
        {"server.connections_per_address", &c.server.connectionsPerAddress, 0, 1'000'000},
        {"server.handshakes_per_second", &c.server.handshakesPerSecond, 0, 100'000},
        {"server.max_connections", &c.server.maxConnections, 1, 1'000'000},
        {"server.streams_per_account", &c.server.streamsPerAccount, 0, 1'000'000},
        {"server.queue_limit", Bytes{&c.server.queueLimit}, 16'384, INT64_MAX},
        {"server.drain_seconds", &c.server.drainSeconds, 0, 600},
        {"server.shards", &c.server.shards, 0, 256},
        {"server.heartbeat", &c.server.heartbeat, 1, 60},
        {"server.compression", &c.server.compression},
        {"server.compression_threshold", Bytes{&c.server.compressionThreshold}, 0, 1 << 20},
        {"server.rate_limit", &c.server.rateLimit, 0, 1'000'000},
        {"telephony.source", &c.telephony.source, 0, 0, telephonySources},
        {"telephony.handler", &c.telephony.handler},
        {"telephony.statistics_interval", &c.telephony.statisticsInterval, 1, 3600},
        {"telephony.max_calls_in_flight", &c.telephony.maxCallsInFlight, 1, 1024},
        {"telephony.simulated.traffic", &c.telephony.traffic, 0, 1000},
        {"telephony.simulated.agents", &c.telephony.agents, 1, 8000},
        {"telephony.simulated.seed", &c.telephony.seed, 0},
        {"telephony.simulated.console", &c.telephony.console, 0, 65535},
        {"audio.source", &c.audio.source, 0, 0, audioSources},
        {"audio.agents_may_control", &c.audio.agentsMayControl},
        {"audio.simulated.console", &c.audio.console, 0, 65535},
        {"journal.path", &c.journal.path},
        {"journal.sync", &c.journal.sync, 0, 0, {"normal", "full"}},
        {"journal.retention_days", &c.journal.retentionDays, 1, 3650},
        {"journal.retention_size", Bytes{&c.journal.retentionSize}, 1 << 20},
        {"journal.audit_retention_days", &c.journal.auditRetentionDays, 1, 36'500},
        {"journal.audit_retention_size", Bytes{&c.journal.auditRetentionSize}, 1 << 20},
        {"webhooks.allow_private_networks", &c.webhooks.allowPrivateNetworks},
        {"webhooks.authorities", &c.webhooks.authorities},
        {"webhooks.timeout", &c.webhooks.timeout, 1, 60},
        {"webhooks.retries", Durations{&c.webhooks.retries}},
        {"reasons.not_ready", &c.reasons.notReady, 0, longestReason},
        {"reasons.ready", &c.reasons.ready, 0, longestReason},
        {"reasons.busy_wrapup", &c.reasons.busyWrapup, 0, longestReason},
        {"reasons.session_ended", &c.reasons.sessionEnded, 0, longestReason},
        {"reasons.required", &c.reasons.required, 0, 64, {"not-ready", "ready", "busy-wrapup", "session-ended"}},
        {"presence.not_ready_after", &c.presence.notReadyAfter, 0, 86'400},
        {"presence.sign_out_after", &c.presence.signOutAfter, 0, 86'400},
        {"presence.exempt_agents", &c.presence.exemptAgents},
        {"identity.issuer", &c.identity.issuer},
        {"identity.audience", &c.identity.audience},
        {"identity.jwks", &c.identity.jwks},
        {"identity.authorities", &c.identity.authorities},
        {"identity.refresh", &c.identity.refresh, 10, 86'400},
        {"identity.client_id", &c.identity.clientId},
        {"identity.client_scope", &c.identity.clientScope},
        {"identity.claim_subject", &c.identity.claimSubject},
        {"identity.claim_role", &c.identity.claimRole},
        {"identity.claim_agents", &c.identity.claimAgents},
        {"identity.claim_groups", &c.identity.claimGroups},
        {"identity.claim_scopes", &c.identity.claimScopes},
        {"identity.roles", &c.identity.roles, 0, 256},
        {"identity.default_groups", &c.identity.defaultGroups, 0, 256},
        {"identity.local_key", &c.identity.localKey},
        {"identity.keys", &c.identity.keys},
        {"identity.free_failures", &c.identity.freeFailures, 0, 1000},
        {"log.level", &c.log.level, 0, 0, {"debug", "info", "warn", "error"}},
        {"log.format", &c.log.format, 0, 0, {"text", "json"}},
    };
}

std::size_t distance(std::string_view a, std::string_view b) {  // Levenshtein
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row[b.size()];
}

bool parseDuration(std::string_view text, std::int64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || out < 1) return false;
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    const std::int64_t factor = unit == "s" ? 1 : unit == "min" ? 60 : unit == "h" ? 3600 : 0;
    if (factor == 0 || out > longestRetry / factor) return false;
    out *= factor;
    return true;
}

std::string setDurations(const std::vector<std::string>& texts, std::vector<std::int64_t>& out) {
    out.clear();
    for (const auto& text : texts)
        if (out.emplace_back(); !parseDuration(text, out.back()))
            return "must hold durations up to a day such as \"30 s\", \"2 min\" or \"6 h\"; '" + text + "' is none";
    return {};
}

bool parseBytes(std::string_view text, std::int64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc()) return false;
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    const int shift = unit.empty() || unit == "B" ? 0
                      : unit == "KiB"             ? 10
                      : unit == "MiB"             ? 20
                      : unit == "GiB"             ? 30
                                                  : -1;
    if (shift < 0 || out < 0 || out > INT64_MAX >> shift) return false;
    out <<= shift;
    return true;
}

// Sets a key from text (environment) or reports why it does not fit; "" when it does.
std::string fits(const Key& key) {
    const auto range = [&](std::int64_t value) {
        return value < key.least || value > key.most
                   ? "must be from " + std::to_string(key.least) + " to " + std::to_string(key.most)
                   : std::string();
    };
    if (const auto* number = std::get_if<std::int64_t*>(&key.target)) return range(**number);
    if (const auto* bytes = std::get_if<Bytes>(&key.target)) return range(*bytes->target);
    if (const auto* number = std::get_if<double*>(&key.target);
        number && (**number < static_cast<double>(key.least) || **number > static_cast<double>(key.most)))
        return "must be from " + std::to_string(key.least) + " to " + std::to_string(key.most);
    const auto chosen = [&](const std::string& text) {
        return key.choices.empty() || text.empty() || std::ranges::find(key.choices, text) != key.choices.end();
    };
    if (const auto* list = std::get_if<std::vector<std::string>*>(&key.target)) {
        if (std::ranges::any_of(**list, [&](const std::string& item) {
                return item.empty() || static_cast<std::int64_t>(characters(item)) > key.most;
            }))
            return "must hold texts of 1 to " + std::to_string(key.most) + " characters";
        if (std::ranges::all_of(**list, chosen)) return {};
    }
    const auto* text = std::get_if<std::string*>(&key.target);
    if (text && key.wrong) return key.wrong(**text);
    if (key.choices.empty() || (text && chosen(**text))) return {};
    std::string choices;
    for (const auto& choice : key.choices) choices += (choices.empty() ? "\"" : ", \"") + choice + "\"";
    return "must be one of " + choices;
}

std::string setList(const Key& key, std::vector<std::string> items) {
    if (const auto* durations = std::get_if<Durations>(&key.target)) return setDurations(items, *durations->target);
    *std::get<std::vector<std::string>*>(key.target) = std::move(items);
    return fits(key);
}

std::string setText(const Key& key, const std::string& text) {
    const auto* const begin = text.data();
    const auto* const end = begin + text.size();
    if (auto* const* string = std::get_if<std::string*>(&key.target))
        **string = text;
    else if (auto* const* boolean = std::get_if<bool*>(&key.target)) {
        if (text != "true" && text != "false") return "must be true or false";
        **boolean = text == "true";
    } else if (auto* const* number = std::get_if<std::int64_t*>(&key.target)) {
        if (const auto [at, error] = std::from_chars(begin, end, **number); error != std::errc() || at != end)
            return "must be a whole number";
    } else if (auto* const* real = std::get_if<double*>(&key.target)) {
        if (const auto [at, error] = std::from_chars(begin, end, **real); error != std::errc() || at != end)
            return "must be a number";
    } else if (const auto* bytes = std::get_if<Bytes>(&key.target)) {
        if (!parseBytes(text, *bytes->target)) return "must be a size such as \"1 MiB\"";
    } else {
        std::vector<std::string> items;
        for (std::size_t at = 0; at < text.size();) {
            const auto comma = std::min(text.find(',', at), text.size());
            items.push_back(text.substr(at, comma - at));
            at = comma + 1;
        }
        return setList(key, std::move(items));
    }
    return fits(key);
}

std::string setNode(const Key& key, const toml::node& node) {
    if (auto* const* string = std::get_if<std::string*>(&key.target)) {
        if (!node.is_string()) return "must be a text";
        **string = node.as_string()->get();
    } else if (auto* const* boolean = std::get_if<bool*>(&key.target)) {
        if (!node.is_boolean()) return "must be true or false";
        **boolean = node.as_boolean()->get();
    } else if (auto* const* number = std::get_if<std::int64_t*>(&key.target)) {
        if (!node.is_integer()) return "must be a whole number";
        **number = node.as_integer()->get();
    } else if (auto* const* real = std::get_if<double*>(&key.target)) {
        if (!node.is_number()) return "must be a number";
        **real = *node.value<double>();
    } else if (const auto* bytes = std::get_if<Bytes>(&key.target)) {
        if (node.is_integer())
            *bytes->target = node.as_integer()->get();
        else if (!node.is_string() || !parseBytes(node.as_string()->get(), *bytes->target))
            return "must be a size such as \"1 MiB\"";
    } else {
        if (!node.is_array()) return "must be a list of texts";
        std::vector<std::string> items;
        for (const auto& item : *node.as_array()) {
            if (!item.is_string()) return "must be a list of texts";
            items.push_back(item.as_string()->get());
        }
        return setList(key, std::move(items));
    }
    return fits(key);
}

void walk(const toml::table& in, const std::string& prefix, const std::string& file, const std::vector<Key>& all,
          std::vector<Mistake>& mistakes) {
    for (const auto& [rawName, node] : in) {
        const auto name = prefix + std::string(rawName.str());
        const auto where = file + ":" + std::to_string(node.source().begin.line);
        const auto key = std::ranges::find(all, name, &Key::name);
        if (key != all.end()) {
            if (auto wrong = setNode(*key, node); !wrong.empty()) mistakes.push_back({where, name, std::move(wrong)});
            continue;
        }
        const bool section = std::ranges::any_of(all, [&](const Key& k) { return k.name.starts_with(name + "."); });
        if (section && node.is_table()) {
            walk(*node.as_table(), name + ".", file, all, mistakes);
            continue;
        }
        const auto nearest = std::ranges::min_element(all, {}, [&](const Key& k) { return distance(k.name, name); });
        mistakes.push_back({where, name, "is not a known key; the nearest is " + nearest->name});
    }
}

std::string variable(std::string name) {
    for (char& c : name) c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return "DESKLINE_" + name;
}

void fillDefaults(Configuration& c) {
    const auto fill = [](std::string& target, const std::string& value) {
        if (target.empty()) target = value;
    };
    fill(c.server.name, hostName());
    if (c.server.names.empty()) c.server.names = {c.server.name, "localhost"};
    for (auto& name : c.server.names) name = lower(name);
    fill(c.server.dataDir, defaultDataFolder().string());
    const std::filesystem::path data(c.server.dataDir);
    fill(c.journal.path, (data / "journal.db").string());
    fill(c.identity.localKey, (data / "local-key.pem").string());
    fill(c.identity.keys, (data / "keys.json").string());
    fill(c.telephony.source, usualSources().telephony);
    fill(c.audio.source, usualSources().audio);
    if (!c.server.basePath.empty() && !c.server.basePath.starts_with('/')) c.server.basePath = "/" + c.server.basePath;
    while (c.server.basePath.ends_with('/')) c.server.basePath.pop_back();
}

template <class Mistaken>
void checkNames(const Configuration& c, Mistaken mistake) {
    const auto fits = [](unsigned char letter) {
        return std::isalnum(letter) || letter == '-' || letter == '.' || letter == '_';
    };
    const auto isAddress = [](const std::string& name) {
        return std::ranges::count(name, ':') > 1 &&
               name.find_first_not_of("0123456789abcdefABCDEF:.") == std::string::npos;
    };
    for (const auto& name : c.server.names)
        if (!std::ranges::all_of(name, fits) && !isAddress(name))
            mistake("server.names",
                    "must hold host names such as \"desk.example\", without https:// and without a port; '" + name +
                        "' is none");
}

// What no single key can say.
template <class Mistaken>
void checkIdentity(const Configuration& c, Mistaken mistake) {
    const auto& id = c.identity;
    const bool discovers = id.issuer.starts_with("https://");
    if (!id.issuer.empty() && !discovers && id.jwks.empty())
        mistake("identity.issuer",
                "must be an https address that answers OpenID Connect discovery, or identity.jwks must name its keys");
    if (id.issuer.empty() && !id.jwks.empty())
        mistake("identity.issuer", "must be set too: it is the `iss` of the tokens that identity.jwks is for");
    if (id.issuer == "deskline")
        mistake("identity.issuer", "cannot be \"deskline\": so call themselves the tokens of `deskline token`");
    if (id.jwks.starts_with("http:")) mistake("identity.jwks", "must be a file or an https address");
    if (!id.clientId.empty() && !discovers)
        mistake("identity.client_id", "is of no use without an identity.issuer that answers OpenID Connect discovery");
    for (const auto& line : id.roles) {
        const auto role = roleNames(line).second;
        if (role != "agent" && role != "supervisor" && role != "integration" && role != "admin")
            mistake("identity.roles", "must hold texts such as \"Team leads = supervisor\"; '" + line + "' is none");
    }
    if (!c.server.clientRevocations.empty() && c.server.clientAuthorities.empty())
        mistake("server.client_authorities",
                "must be set too: client_revocations are of certificates that these authorities have issued");
}

// TOML has no control characters but tab and line ends; a file in UTF-16 is full of them. The parser (toml++ 3.3)
// asserts on some.
std::optional<Mistake> controlCharacter(const std::string& content, const std::string& file) {
    const auto found = std::ranges::find_if(
        content, [](unsigned char c) { return (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f; });
    if (found == content.end()) return std::nullopt;
    const auto line = 1 + std::count(content.begin(), found, '\n');
    return Mistake{fmt::format("{}:{}", file, line), "",
                   fmt::format("has the control character U+{:04X}; save the file as UTF-8 without such characters",
                               static_cast<unsigned char>(*found))};
}

}  // namespace

std::optional<std::string> processEnvironment(const std::string& name) {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): read once, before any thread
    return value ? std::optional<std::string>(value) : std::nullopt;
}

std::vector<Mistake> read(Configuration& out, const std::filesystem::path& file, const Environment& environment) {
    std::vector<Mistake> mistakes;
    const auto all = table(out);
    out.file = file.string();
    if (!file.empty()) {
        const auto content = readExisting(file);
        auto unfit =
            content ? controlCharacter(*content, file.string()) : Mistake{file.string(), "", content.error().detail};
        const auto parsed = unfit ? toml::parse_result(toml::table()) : toml::parse(*content, file.string());
        if (unfit) {
            mistakes.push_back(std::move(*unfit));
        } else if (!parsed) {
            const auto line = parsed.error().source().begin.line;
            mistakes.push_back({file.string() + (line ? ":" + std::to_string(line) : ""), "",
                                std::string(parsed.error().description())});
        } else {
            walk(parsed.table(), "", file.string(), all, mistakes);
        }
    }
    for (const auto& key : all)
        if (const auto value = environment(variable(key.name)))
            if (auto wrong = setText(key, *value); !wrong.empty())
                mistakes.push_back({"environment " + variable(key.name), key.name, std::move(wrong)});
    if (out.server.certificate.empty() != out.server.privateKey.empty())
        mistakes.push_back({file.empty() ? "environment" : file.string(),
                            out.server.certificate.empty() ? "server.certificate" : "server.private_key",
                            "must be set too: certificate and private_key belong together"});
    const auto mistake = [&](const char* key, std::string detail) {
        mistakes.push_back({file.empty() ? "environment" : file.string(), key, std::move(detail)});
    };
    checkNames(out, mistake);
    checkIdentity(out, mistake);
    fillDefaults(out);
    return mistakes;
}

std::pair<std::string, std::string> roleNames(const std::string& entry) {
    const auto equals = entry.rfind('=');
    auto theirs = entry.substr(0, equals),
         ours = equals == std::string::npos ? std::string() : entry.substr(equals + 1);
    while (theirs.ends_with(' ')) theirs.pop_back();
    while (ours.starts_with(' ')) ours.erase(0, 1);
    return {std::move(theirs), std::move(ours)};
}

std::size_t shardsOf(const Configuration& configuration) {
    return configuration.server.shards ? static_cast<std::size_t>(configuration.server.shards)
                                       : std::max(1U, std::thread::hardware_concurrency());
}

std::vector<std::string> keys() {
    Configuration unused;
    std::vector<std::string> names;
    for (auto& key : table(unused)) names.push_back(key.name);
    return names;
}

std::string text(const std::vector<Mistake>& mistakes) {
    std::string all;
    for (const auto& mistake : mistakes)
        all += mistake.where + ": " + (mistake.key.empty() ? "" : mistake.key + " ") + mistake.detail + "\n";
    return all;
}

}  // namespace deskline::host
