// `deskline journal`: backup, export, audit, verify, forget. Thread: main's. Answers are exit codes; what went wrong is
// said on stderr.
#pragma once
#include <string>

#include "host/configuration.hpp"

namespace deskline {

struct JournalOptions {
    std::string file, from, to, agent;
};
int backupJournal(const host::Configuration& configuration, const JournalOptions& options);
int exportJournal(const host::Configuration& configuration, const JournalOptions& options);
int exportAudit(const host::Configuration& configuration, const JournalOptions& options);
int verifyJournal(const host::Configuration& configuration);
int forgetInJournal(const host::Configuration& configuration, const JournalOptions& options);

}  // namespace deskline
