// The command line. Each command is a few lines here; what it does lives in its room.
#include <CLI/CLI.hpp>
#include <iostream>

#include "doctor.hpp"
#include "host/arguments.hpp"
#include "host/configuration.hpp"
#include "host/logging.hpp"
#include "host/platform.hpp"
#include "host/privacy.hpp"
#include "host/signals.hpp"
#include "journal.hpp"
#include "keys.hpp"
#include "model/crypto_memory.hpp"
#include "serve.hpp"

namespace deskline {
namespace {

int run(int argc, char** argv) {
    CLI::App app("Deskline: TAPI 3 call-center controls and Core Audio for browsers and CRM systems", "deskline");
    app.set_version_flag("--version", "deskline " DESKLINE_VERSION);
    app.require_subcommand(1);
    std::string file;
    TokenOptions tokenOptions;
    const auto configured = [&](CLI::App* command) { command->add_option("--config", file, "the configuration file"); };
    auto* serveCommand = app.add_subcommand("serve", "run in the foreground");
    auto* checkCommand =
        app.add_subcommand("check-config", "say every mistake in the configuration, with file, line and key");
    auto* tokenCommand = app.add_subcommand("token", "print a token signed with the gateway's own key");
    auto* doctorCommand = app.add_subcommand("doctor", "say what this host offers, and what to do about what it lacks");
    JournalOptions journalOptions;
    auto* journalCommand = app.add_subcommand("journal", "work on the journal while the gateway runs");
    journalCommand->require_subcommand(1);
    auto* backupCommand = journalCommand->add_subcommand("backup", "copy it, complete up to this moment");
    backupCommand->add_option("FILE", journalOptions.file, "the copy; must not be there yet")->required();
    auto* exportCommand = journalCommand->add_subcommand("export", "its events as JSON Lines on stdout");
    exportCommand->add_option("--from", journalOptions.from,
                              "events from this moment on: 2026-05-01 or 2026-05-01T08:00:00.000Z (UTC)");
    exportCommand->add_option("--to", journalOptions.to, "events before this moment");
    auto* forgetCommand =
        journalCommand->add_subcommand("forget", "erase an agent's personal data; the audit says that it was done");
    forgetCommand->add_option("--agent", journalOptions.agent, "the agent's id")->required();
    auto* auditCommand =
        journalCommand->add_subcommand("audit", "who did, or tried to do, what: as JSON Lines on stdout");
    auditCommand->add_option("--from", journalOptions.from, "entries from this moment on");
    auditCommand->add_option("--to", journalOptions.to, "entries before this moment");
    auto* verifyCommand =
        journalCommand->add_subcommand("verify", "check that no audit entry was changed or taken out");
    KeyOptions keyOptions;
    auto* keyCommand = app.add_subcommand("key", "API keys, and client certificates that stand for a caller");
    keyCommand->require_subcommand(1);
    auto* createCommand = keyCommand->add_subcommand("create", "make a key; it is printed on stdout, this once");
    createCommand->add_option("--name", keyOptions.name, "what it is for: the caller's name in events and in the audit")
        ->required();
    createCommand->add_option("--role", keyOptions.role, "integration (when absent), agent, supervisor or admin");
    createCommand
        ->add_option("--scopes", keyOptions.scopes, "what an integration may do: agents:read,agents:write,calls:read …")
        ->delimiter(',');
    createCommand->add_option("--agents", keyOptions.agents, "only these agents: their ids")->delimiter(',');
    createCommand->add_option("--groups", keyOptions.groups, "only these ACD groups: their names")->delimiter(',');
    createCommand->add_option("--expires", keyOptions.expires, "after this time it is void: 90d, 8h");
    createCommand->add_option(
        "--certificate", keyOptions.certificate,
        "no secret: whoever shows a client certificate with this name: CN=crm.example, DNS:crm.example");
    auto* listCommand = keyCommand->add_subcommand("list", "the keys, and when each was used last");
    listCommand->add_flag("--json", keyOptions.json, "as JSON");
    auto* revokeKeyCommand = keyCommand->add_subcommand("revoke", "void a key, and close its streams");
    revokeKeyCommand->add_option("KEY", keyOptions.id, "its id or name")->required();
    std::string subject;
    auto* revokeCommand =
        app.add_subcommand("revoke", "void every token of a subject that was made until now, and close its streams");
    revokeCommand->add_option("--subject", subject, "whom the tokens name")->required();
    bool json = false;
    doctorCommand->add_flag("--json", json, "as JSON");
    for (auto* command :
         {serveCommand, checkCommand, tokenCommand, doctorCommand, backupCommand, exportCommand, forgetCommand,
          auditCommand, verifyCommand, createCommand, listCommand, revokeKeyCommand, revokeCommand})
        configured(command);
    tokenCommand->add_option("--subject", tokenOptions.subject, "whom the token names")->required();
    tokenCommand->add_option("--role", tokenOptions.role, "agent, supervisor, integration or admin");
    tokenCommand->add_option("--agent", tokenOptions.agents, "an agent id that the bearer is; may be repeated");
    tokenCommand->add_option("--group", tokenOptions.groups,
                             "an ACD group that the bearer is for, by its name; may be repeated; none: every group");
    tokenCommand->add_option("--scope", tokenOptions.scopes,
                             "what an integration may do; may be repeated; none: everything but audio:write");
    tokenCommand->add_option("--ttl", tokenOptions.ttl, "how long it is valid: 8h, 30m, 3600s");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }

    host::Configuration configuration;
    const auto path = file.empty() ? host::defaultConfiguration() : std::filesystem::path(file);
    if (const auto mistakes = host::read(configuration, path); !mistakes.empty()) {
        if (doctorCommand->parsed()) return doctor(mistakes, json);
        std::cerr << host::text(mistakes);
        return 1;
    }
    if (checkCommand->parsed()) {
        std::cout << (path.empty() ? "the defaults are" : path.string() + " is") << " in order\n";
        return 0;
    }
    if (tokenCommand->parsed()) return makeToken(configuration, tokenOptions);
    if (createCommand->parsed()) return createKey(configuration, keyOptions);
    if (listCommand->parsed()) return listKeys(configuration, keyOptions);
    if (revokeKeyCommand->parsed()) return revokeKey(configuration, keyOptions);
    if (revokeCommand->parsed()) return revokeSubject(configuration, subject);
    if (backupCommand->parsed()) return backupJournal(configuration, journalOptions);
    if (exportCommand->parsed()) return exportJournal(configuration, journalOptions);
    if (forgetCommand->parsed()) return forgetInJournal(configuration, journalOptions);
    if (auditCommand->parsed()) return exportAudit(configuration, journalOptions);
    if (verifyCommand->parsed()) return verifyJournal(configuration);
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
    deskline::host::keepPrivate();
    deskline::watchCryptoMemory();
    if (argc > 1 && std::string_view(argv[1]) == "serve") deskline::host::holdSignals();
    try {
        return deskline::run(argc, argv);
    } catch (const std::exception& error) {
        return deskline::host::failed({"configuration", error.what()});
    }
}
