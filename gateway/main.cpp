// The command line. Each command is a few lines here; what it does lives in its room.
#include <CLI/CLI.hpp>
#include <iostream>

#include "doctor.hpp"
#include "host/configuration.hpp"
#include "host/logging.hpp"
#include "host/platform.hpp"
#include "identity/tokens.hpp"
#include "journal.hpp"
#include "model/time.hpp"
#include "serve.hpp"

namespace deskline {
namespace {

struct TokenOptions {
    std::string subject, role = "agent", ttl = "8h";
    std::vector<std::string> agents;
};

std::optional<std::int64_t> seconds(const std::string& text) {  // "8h", "30m", "3600s", "3600"
    std::size_t used = 0;
    std::int64_t value = 0;
    try {
        value = std::stoll(text, &used);
    } catch (const std::exception&) {
        return std::nullopt;
    }
    const auto unit = text.substr(used);
    const std::int64_t factor = unit == "d" ? 86'400 : unit == "h" ? 3600 : unit == "m" ? 60 : unit == "s" || unit.empty() ? 1 : 0;
    return value > 0 && factor ? std::optional(value * factor) : std::nullopt;
}

int token(const host::Configuration& c, const TokenOptions& options) {
    const auto role = named<identity::Role>(options.role);
    if (!role) {
        std::cerr << "deskline: --role takes agent, supervisor, integration or admin, not '" << options.role << "'\n";
        return 2;
    }
    const auto lifetime = seconds(options.ttl);
    if (!lifetime) {
        std::cerr << "deskline: --ttl takes a time such as 8h, 30m or 3600s, not '" << options.ttl << "'\n";
        return 2;
    }
    const auto tokens = identity::Tokens::open(c.identity.localKey, c.identity.issuer, c.identity.audience);
    if (!tokens) {
        std::cerr << "deskline: " << tokens.error().detail << "\n";
        return 1;
    }
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(deskline::now().time_since_epoch()).count();
    std::cout << (*tokens)->issue({options.subject, *role, {options.agents.begin(), options.agents.end()}, now + *lifetime}, now) << "\n";
    return 0;
}

int run(int argc, char** argv) {
    CLI::App app("Deskline: TAPI 3 call-center controls and Core Audio for browsers and CRM systems", "deskline");
    app.set_version_flag("--version", "deskline " DESKLINE_VERSION);
    app.require_subcommand(1);
    std::string file;
    TokenOptions tokenOptions;
    const auto configured = [&](CLI::App* command) { command->add_option("--config", file, "the configuration file"); };
    auto* serveCommand = app.add_subcommand("serve", "run in the foreground");
    auto* checkCommand = app.add_subcommand("check-config", "say every mistake in the configuration, with file, line and key");
    auto* tokenCommand = app.add_subcommand("token", "print a token signed with the gateway's own key");
    auto* doctorCommand = app.add_subcommand("doctor", "say what this host offers, and what to do about what it lacks");
    JournalOptions journalOptions;
    auto* journalCommand = app.add_subcommand("journal", "work on the journal while the gateway runs");
    journalCommand->require_subcommand(1);
    auto* backupCommand = journalCommand->add_subcommand("backup", "copy it, complete up to this moment");
    backupCommand->add_option("FILE", journalOptions.file, "the copy; must not be there yet")->required();
    auto* exportCommand = journalCommand->add_subcommand("export", "its events as JSON Lines on stdout");
    exportCommand->add_option("--from", journalOptions.from, "events from this moment on: 2026-05-01 or 2026-05-01T08:00:00.000Z (UTC)");
    exportCommand->add_option("--to", journalOptions.to, "events before this moment");
    auto* forgetCommand = journalCommand->add_subcommand("forget", "erase an agent's personal data; the audit says that it was done");
    forgetCommand->add_option("--agent", journalOptions.agent, "the agent's id")->required();
    bool json = false;
    doctorCommand->add_flag("--json", json, "as JSON");
    for (auto* command : {serveCommand, checkCommand, tokenCommand, doctorCommand, backupCommand, exportCommand, forgetCommand}) configured(command);
    tokenCommand->add_option("--subject", tokenOptions.subject, "whom the token names")->required();
    tokenCommand->add_option("--role", tokenOptions.role, "agent, supervisor, integration or admin");
    tokenCommand->add_option("--agent", tokenOptions.agents, "an agent id that the bearer is; may be repeated");
    tokenCommand->add_option("--ttl", tokenOptions.ttl, "how long it is valid: 8h, 30m, 3600s");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }

    host::Configuration configuration;
    const auto path = file.empty() ? host::defaultConfiguration() : std::filesystem::path(file);
    if (const auto mistakes = host::read(configuration, path); !mistakes.empty()) {
        std::cerr << host::text(mistakes);
        return 1;
    }
    if (checkCommand->parsed()) {
        std::cout << (path.empty() ? "the defaults are" : path.string() + " is") << " in order\n";
        return 0;
    }
    if (tokenCommand->parsed()) return token(configuration, tokenOptions);
    if (backupCommand->parsed()) return backupJournal(configuration, journalOptions);
    if (exportCommand->parsed()) return exportJournal(configuration, journalOptions);
    if (forgetCommand->parsed()) return forgetInJournal(configuration, journalOptions);
    if (doctorCommand->parsed()) {
        host::startLogging("error", configuration.log.format);
        return doctor(configuration, json);
    }
    host::startLogging(configuration.log.level, configuration.log.format);
    return serve(configuration);
}

}  // namespace
}  // namespace deskline

int main(int argc, char** argv) {
    try {
        return deskline::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "deskline: " << error.what() << "\n";
        return 1;
    }
}
