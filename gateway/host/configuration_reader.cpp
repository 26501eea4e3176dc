#include "host/configuration_reader.hpp"

#include <algorithm>
#include <cctype>

#include "host/configuration_file.hpp"
#include "host/configuration_keys.hpp"
#include "host/configuration_values.hpp"
#include "host/platform.hpp"
#include "model/host_text.hpp"
#include "model/text.hpp"

namespace deskline::host {
namespace {

void fillDefaults(Configuration& c) {
    const auto fill = [](auto& target, const auto& value) {
        if (target.empty()) target = value;
    };
    fill(c.server.name, hostName());
    if (c.server.names.empty()) c.server.names = {c.server.name, "localhost"};
    for (auto& name : c.server.names) name = lower(name);
    fill(c.server.dataDir, defaultDataFolder());
    const auto& data = c.server.dataDir;
    fill(c.journal.path, data / u8"journal.db");
    fill(c.identity.localKey, data / u8"local-key.pem");
    fill(c.identity.keys, data / u8"keys.json");
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

// Mistakes that only show when several keys are seen together.
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

}  // namespace

std::vector<Mistake> read(Configuration& out, const std::filesystem::path& file, const Environment& environment) {
    const auto all = keyTable(out);
    out.file = file;
    auto mistakes = file.empty() ? std::vector<Mistake>() : readFile(file, all);
    for (const auto& key : all)
        if (const auto value = environment(variableOf(key.name)))
            if (auto wrong = setText(key, *value); !wrong.empty())
                mistakes.push_back({"environment " + variableOf(key.name), key.name, std::move(wrong)});
    if (out.server.certificate.empty() != out.server.privateKey.empty())
        mistakes.push_back({file.empty() ? "environment" : textOf(file),
                            out.server.certificate.empty() ? "server.certificate" : "server.private_key",
                            "must be set too: certificate and private_key belong together"});
    const auto mistake = [&](const char* key, std::string detail) {
        mistakes.push_back({file.empty() ? "environment" : textOf(file), key, std::move(detail)});
    };
    checkNames(out, mistake);
    checkIdentity(out, mistake);
    fillDefaults(out);
    return mistakes;
}

}  // namespace deskline::host
