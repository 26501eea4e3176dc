#include "net/http/framing.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "api/headers.hpp"
#include "model/number.hpp"
#include "model/text.hpp"
#include "net/http/hosts.hpp"

namespace deskline::net {
namespace {

struct Lines {  // a header as its bytes have it
    std::string_view method, target, version;
    std::vector<FieldLine> fields;

    std::size_t count(std::string_view name) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(fields, [&](const FieldLine& line) { return api::same(line.name, name); }));
    }
    std::string_view first(std::string_view name) const {
        const auto found =
            std::ranges::find_if(fields, [&](const FieldLine& line) { return api::same(line.name, name); });
        return found == fields.end() ? std::string_view() : found->value;
    }
    bool lists(std::string_view name, std::string_view element) const {
        return std::ranges::any_of(fields, [&](const FieldLine& line) {
            return api::same(line.name, name) &&
                   std::ranges::any_of(api::elements(line.value),
                                       [&](std::string_view one) { return api::same(one, element); });
        });
    }
};

Fault broken(std::string_view says, std::string_view source, Slug slug = "bad-request") {
    return {slug, fmt::format("{} ({}); the connection ends.", says, source)};
}

bool isToken(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) ||
               std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

Result<Lines> linesIn(std::string_view header) {
    const auto end = header.find("\r\n");
    if (end == std::string_view::npos) return broken("The first line ends otherwise than with CR LF", "RFC 9112 §2.2");
    const auto line = header.substr(0, end);
    Lines lines;
    const auto first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return broken("The first line must be: method, target, version, with one space between", "RFC 9112 §3");
    lines.method = line.substr(0, first);
    lines.target = line.substr(first + 1, last - first - 1);
    lines.version = line.substr(last + 1);
    auto fields = fieldsIn(header.substr(end + 2));
    if (!fields) return fields.error();
    lines.fields = std::move(*fields);
    return lines;
}

// Fields that are no lists and decide something: a second line would be another word on it (RFC 9110 §5.3).
constexpr std::string_view singletons[] = {"Access-Control-Request-Method",
                                           "Authorization",
                                           "Content-Type",
                                           "Cookie",
                                           "Idempotency-Key",
                                           "If-Range",
                                           "Last-Event-ID",
                                           "Origin",
                                           "Range",
                                           "Referer",
                                           "Sec-Fetch-Dest",
                                           "Sec-Fetch-Mode",
                                           "Sec-Fetch-Site",
                                           "Sec-WebSocket-Key",
                                           "Sec-WebSocket-Version",
                                           "X-Request-Id"};

constexpr std::string_view lengthField = "Content-Length", codingField = "Transfer-Encoding";

struct Absolute {
    std::string_view authority, rest;
};
std::optional<Absolute> absoluteForm(std::string_view target) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!api::same(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        const auto end = std::min(target.find_first_of("/?"), target.size());
        return Absolute{target.substr(0, end), target.substr(end)};
    }
    return std::nullopt;
}

bool targetFits(const Lines& lines) {
    if (lines.target == "*") return lines.method == "OPTIONS";
    if (lines.target.starts_with('/')) return true;
    const auto absolute = absoluteForm(lines.target);
    return absolute && isHost(absolute->authority);
}

bool upgrades(const Lines& lines) {
    return lines.lists("Upgrade", "websocket") && lines.lists("Connection", "upgrade");
}

// What a header must be, in the order in which it is asked. A row holds where `broken` is false.
struct Rule {
    std::string_view source, says;
    bool (*broken)(const Lines&);
    Slug slug = "bad-request";
};
constexpr Rule rules[] = {
    {"RFC 9110 §9.1", "The method is no token", [](const Lines& l) { return !isToken(l.method); }},
    {"RFC 9112 §2.3", "The version must be HTTP/1.1 or HTTP/1.0",
     [](const Lines& l) { return l.version != "HTTP/1.1" && l.version != "HTTP/1.0"; }},
    {"RFC 9110 §9.3.6", "This is no proxy: there is no CONNECT", [](const Lines& l) { return l.method == "CONNECT"; }},
    {"RFC 9112 §3.2", "The target holds what no URI may hold",
     [](const Lines& l) {
         return !std::ranges::all_of(l.target, [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '#'; });
     }},
    {"RFC 9112 §3.2", "The target must be a path, an https address, or * with OPTIONS",
     [](const Lines& l) { return !targetFits(l); }},
    {"RFC 9112 §3.2", "Exactly one Host is wanted",
     [](const Lines& l) { return l.count("Host") > 1 || (l.count("Host") == 0 && l.version == "HTTP/1.1"); }},
    {"RFC 9112 §3.2", "Host must be a host name or an address, with or without a port",
     [](const Lines& l) { return l.count("Host") == 1 && !isHost(l.first("Host")); }},
    {"RFC 9112 §6.1", "Transfer-Encoding is not for HTTP/1.0",
     [](const Lines& l) { return l.count(codingField) > 0 && l.version == "HTTP/1.0"; }},
    {"RFC 9112 §6.1", "Transfer-Encoding can be nothing but chunked, once",
     [](const Lines& l) {
         return l.count(codingField) > 1 || (l.count(codingField) == 1 && !api::same(l.first(codingField), "chunked"));
     }},
    {"RFC 9112 §6.3", "Transfer-Encoding and Content-Length exclude each other",
     [](const Lines& l) { return l.count(codingField) > 0 && l.count(lengthField) > 0; }},
    {"RFC 9110 §8.6", "Content-Length must be one number",
     [](const Lines& l) {
         return l.count(lengthField) > 1 ||
                (l.count(lengthField) == 1 && !numberIn<std::uint64_t>(l.first(lengthField)));
     }},
    {"RFC 9110 §5.3", "A field that can have one value stands twice",
     [](const Lines& l) {
         return std::ranges::any_of(singletons, [&](std::string_view name) { return l.count(name) > 1; });
     }},
    {"RFC 9110 §7.6.1", "Connection must be a list of names",
     [](const Lines& l) {
         return std::ranges::any_of(l.fields, [](const FieldLine& line) {
             return api::same(line.name, "Connection") &&
                    !std::ranges::all_of(api::elements(line.value), [](std::string_view one) { return isToken(one); });
         });
     }},
    {"RFC 6455 §4.1", "A request for a WebSocket is a GET of HTTP/1.1 without a body",
     [](const Lines& l) {
         return upgrades(l) && (l.method != "GET" || l.version != "HTTP/1.1" || l.count(codingField) > 0 ||
                                numberIn<std::uint64_t>(l.first(lengthField)).value_or(0) > 0);
     }},
    {"RFC 9110 §10.1.1", "Expect can be nothing but 100-continue",
     [](const Lines& l) {
         return l.version == "HTTP/1.1" && l.count("Expect") > 0 &&
                (l.count("Expect") > 1 || !api::same(l.first("Expect"), "100-continue"));
     },
     "expectation-failed"},
    {"RFC 9110 §15.5.14", "The body has more than 64 KiB",
     [](const Lines& l) { return numberIn<std::uint64_t>(l.first(lengthField)).value_or(0) > bodyBytes; },
     "body-too-large"},
};

void frame(const Lines& lines, Head& head) {
    auto& request = head.request;
    request.method_string({lines.method.data(), lines.method.size()});
    request.version(lines.version == "HTTP/1.1" ? 11 : 10);
    std::vector<std::pair<std::string, std::string>> joined;
    for (const auto& [name, value] : lines.fields) {
        const auto known =
            std::ranges::find_if(joined, [&name = name](const auto& field) { return api::same(field.first, name); });
        if (known == joined.end())
            joined.emplace_back(name, value);
        else
            known->second.append(", ").append(value);
    }
    for (const auto& [name, value] : joined) request.insert(name, value);
    std::string target(lines.target);
    if (const auto absolute = absoluteForm(lines.target)) {
        request.set(http::field::host, {absolute->authority.data(), absolute->authority.size()});
        target = absolute->rest.starts_with('/') ? std::string(absolute->rest) : "/" + std::string(absolute->rest);
    }
    request.target(target);
    for (auto& [name, value] : joined) OPENSSL_cleanse(value.data(), value.size());  // one of them may be a token
}

}  // namespace

bool mayBeInValue(unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); }

Result<std::vector<FieldLine>> fieldsIn(std::string_view text) {
    std::vector<FieldLine> fields;
    while (!text.starts_with("\r\n")) {
        const auto end = text.find("\r\n");
        if (end == std::string_view::npos) return broken("A line ends otherwise than with CR LF", "RFC 9112 §2.2");
        const auto line = text.substr(0, end);
        text.remove_prefix(end + 2);
        if (line.starts_with(' ') || line.starts_with('\t'))
            return broken("A field goes on in a second line", "RFC 9112 §5.2");
        const auto colon = line.find(':');
        const auto name = line.substr(0, colon);
        if (colon == std::string_view::npos || !isToken(name))
            return broken("A line is no field: a name, a colon right after it, a value", "RFC 9112 §5.1");
        const auto value = api::trimmed(line.substr(colon + 1));
        if (!std::ranges::all_of(value, [](char c) { return mayBeInValue(static_cast<unsigned char>(c)); }))
            return broken("The value of " + std::string(name) + " holds a control character", "RFC 9110 §5.5");
        if (fields.size() == fieldLines)
            return broken(fmt::format("The header has more than {} lines", fieldLines), "RFC 6585 §5",
                          "header-too-large");
        fields.push_back({name, value});
    }
    return fields;
}

std::size_t headerLength(std::string_view bytes, std::size_t seen) {
    for (auto at = bytes.find('\n', seen); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
        if (at == 0 || bytes[at - 1] != '\r') return at + 1;
        if (at >= 3 && bytes.substr(at - 3, 4) == "\r\n\r\n") return at + 1;
    }
    return 0;
}

Result<Head> wellFormed(std::string_view header) {
    const auto lines = linesIn(header);
    if (!lines) return lines.error();
    for (const auto& rule : rules)
        if (rule.broken(*lines)) return broken(rule.says, rule.source, rule.slug);
    Head head;
    frame(*lines, head);
    head.length = numberIn<std::uint64_t>(lines->first(lengthField)).value_or(0);
    head.chunked = lines->count(codingField) > 0;
    head.awaitsContinue =
        lines->version == "HTTP/1.1" && lines->count("Expect") > 0 && (head.chunked || head.length > 0);
    return head;
}

}  // namespace deskline::net
