// `deskline journal backup`, `export`, `forget`, `audit` and `verify`: beside a gateway that runs.
#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/commands.hpp"
#include "events/archive.hpp"
#include "host/arguments.hpp"
#include "host/logging.hpp"
#include "host/platform.hpp"
#include "model/host_text.hpp"

namespace deskline::cli {
namespace {

struct Span {  // as --from and --to have it; "" where the option is absent
    std::string from, to;
};

// Reads a day or a moment; "" leaves `out` empty. False where the text is neither, after saying so on stderr.
bool moment(const std::string& text, const char* option, std::optional<Time>& out) {
    if (text.empty()) return true;
    out = host::momentIn(text);
    if (!out)
        host::say(std::string("deskline: ") + option + " takes 2026-05-01 or 2026-05-01T08:00:00Z, not '" + text + "'");
    return out.has_value();
}

// Lines of the journal within --from and --to, as JSON Lines on stdout.
template <class Export>
int exportLines(const host::Configuration& configuration, const Span& span, Export lines, const char* what) {
    std::optional<Time> from, to;
    if (!moment(span.from, "--from", from) || !moment(span.to, "--to", to)) return 2;
    host::keepLineEnds();
    const auto count = lines(configuration.journal.path, from, to, std::cout);
    if (!count) return host::failed(count.error());
    host::say(std::to_string(*count) + " " + what);
    return 0;
}

int backUp(const host::Configuration& configuration, const std::string& file) {
    if (const auto done = events::backUp(configuration.journal.path, pathOf(file)); !done)
        return host::failed(done.error());
    std::cout << textOf(configuration.journal.path) << " was copied to " << file << "\n";
    return 0;
}

int exportEvents(const host::Configuration& configuration, const Span& span) {
    return exportLines(configuration, span, events::exportEvents, "events");
}

int exportAudit(const host::Configuration& configuration, const Span& span) {
    return exportLines(configuration, span, events::exportAudit, "audit entries");
}

int verifyAudit(const host::Configuration& configuration) {
    const auto verified = events::verifyAudit(configuration.journal.path);
    if (!verified) return host::failed(verified.error());
    if (verified->broken) {
        host::say("deskline: audit entry " + std::to_string(*verified->broken) +
                  " does not follow from the one before it: an entry was changed or taken out");
        return 1;
    }
    if (verified->unnoted) {
        host::say(
            "deskline: the audit does not begin where its last entry about a cut says: entries were taken out, or the "
            "anchor was changed");
        return 1;
    }
    std::cout << verified->entries << " audit entries, none changed or taken out";
    if (verified->anchor)
        std::cout << ", from number " << verified->anchor->number + 1
                  << " on (those before were cut by [journal] audit_retention)";
    if (verified->unchained)
        std::cout << " (the first " << verified->unchained << " are from before they were chained)";
    std::cout << "; the last one's hash is " << (verified->head.empty() ? "-" : verified->head) << "\n";
    if (const auto& before = verified->setAside)
        std::cout << "The journal before this one was damaged and set aside on " << toRfc3339(before->time) << " as "
                  << before->object.value_or("")
                  << ", and what its audit holds is not in this one: " << before->detail.value_or("") << "\n";
    return 0;
}

int forget(const host::Configuration& configuration, const AgentId& agent) {
    const auto done = events::forgetAgent(configuration.journal.path, agent, "deskline journal forget");
    if (!done) return host::failed(done.error());
    std::cout << "agent " << agent << ": " << done->events << " events and " << done->operations
              << " operations were erased\n";
    if (!done->stillInLog) return 0;
    std::cout.flush();
    const auto log = textOf(configuration.journal.path) + "-wal";
    host::say("deskline: erased, but still in " + log + ": end the backup or export that reads, and run it again");
    return 1;
}

void addBackup(CLI::App& journal, Invocation& invocation) {
    auto* command = journal.add_subcommand("backup", "copy it, complete up to this moment");
    const auto file = std::make_shared<std::string>();
    command->add_option("FILE", *file, "the copy; must not be there yet")->required();
    invocation.add(*command, {[file](const host::Configuration& c) { return backUp(c, *file); }});
}

void addExport(CLI::App& journal, Invocation& invocation) {
    auto* command = journal.add_subcommand("export", "its events as JSON Lines on stdout");
    const auto span = std::make_shared<Span>();
    command->add_option("--from", span->from,
                        "events from this moment on: 2026-05-01 or 2026-05-01T08:00:00.000Z (UTC)");
    command->add_option("--to", span->to, "events before this moment");
    invocation.add(*command, {[span](const host::Configuration& c) { return exportEvents(c, *span); }});
}

void addForget(CLI::App& journal, Invocation& invocation) {
    auto* command = journal.add_subcommand("forget", "erase an agent's personal data; the audit says that it was done");
    const auto agent = std::make_shared<std::string>();
    command->add_option("--agent", *agent, "the agent's id")->required();
    invocation.add(*command, {[agent](const host::Configuration& c) { return forget(c, AgentId(*agent)); }});
}

void addAudit(CLI::App& journal, Invocation& invocation) {
    auto* command = journal.add_subcommand("audit", "who did, or tried to do, what: as JSON Lines on stdout");
    const auto span = std::make_shared<Span>();
    command->add_option("--from", span->from, "entries from this moment on");
    command->add_option("--to", span->to, "entries before this moment");
    invocation.add(*command, {[span](const host::Configuration& c) { return exportAudit(c, *span); }});
}

}  // namespace

void addJournal(CLI::App& program, Invocation& invocation) {
    auto* journal = program.add_subcommand("journal", "work on the journal while the gateway runs");
    journal->require_subcommand(1);
    addBackup(*journal, invocation);
    addExport(*journal, invocation);
    addForget(*journal, invocation);
    addAudit(*journal, invocation);
    invocation.add(*journal->add_subcommand("verify", "check that no audit entry was changed or taken out"),
                   {verifyAudit});
}

}  // namespace deskline::cli
