#include "journal.hpp"

#include <iostream>

#include "events/archive.hpp"
#include "host/arguments.hpp"
#include "host/logging.hpp"
#include "host/platform.hpp"

namespace deskline {
namespace {

// A day, or a moment; "": none. False where it is neither.
bool moment(const std::string& text, const char* option, std::optional<Time>& out) {
    if (text.empty()) return true;
    out = host::momentIn(text);
    if (!out)
        host::say(std::string("deskline: ") + option + " takes 2026-05-01 or 2026-05-01T08:00:00Z, not '" + text + "'");
    return out.has_value();
}

// Lines of the journal within --from and --to, as JSON Lines on stdout.
template <class Export>
int exportLines(const host::Configuration& configuration, const JournalOptions& options, Export lines,
                const char* what) {
    std::optional<Time> from, to;
    if (!moment(options.from, "--from", from) || !moment(options.to, "--to", to)) return 2;
    host::keepLineEnds();
    const auto count = lines(configuration.journal.path, from, to, std::cout);
    if (!count) return host::failed(count.error());
    host::say(std::to_string(*count) + " " + what);
    return 0;
}

}  // namespace

int backupJournal(const host::Configuration& configuration, const JournalOptions& options) {
    if (const auto done = events::backUp(configuration.journal.path, options.file); !done)
        return host::failed(done.error());
    std::cout << configuration.journal.path << " was copied to " << options.file << "\n";
    return 0;
}

int exportJournal(const host::Configuration& configuration, const JournalOptions& options) {
    return exportLines(configuration, options, events::exportEvents, "events");
}

int exportAudit(const host::Configuration& configuration, const JournalOptions& options) {
    return exportLines(configuration, options, events::exportAudit, "audit entries");
}

int verifyJournal(const host::Configuration& configuration) {
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

int forgetInJournal(const host::Configuration& configuration, const JournalOptions& options) {
    const auto done = events::forgetAgent(configuration.journal.path, options.agent, "deskline journal forget");
    if (!done) return host::failed(done.error());
    std::cout << "agent " << options.agent << ": " << done->events << " events and " << done->operations
              << " operations were erased\n";
    if (!done->stillInLog) return 0;
    std::cout.flush();
    const auto log = configuration.journal.path + "-wal";
    host::say("deskline: erased, but still in " + log + ": end the backup or export that reads, and run it again");
    return 1;
}

}  // namespace deskline
