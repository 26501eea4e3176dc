// The commands of the program. Each registers itself with its options, and what is done when it is chosen. What a
// command answers goes to stdout, what went wrong to stderr. Exit codes: 0 done, 1 not done, 2 misused; `doctor` has
// its own. Thread: main's.
#pragma once
#include "cli/invocation.hpp"

namespace deskline::cli {

void addServe(CLI::App& program, Invocation& invocation);
void addCheckConfig(CLI::App& program, Invocation& invocation);
void addToken(CLI::App& program, Invocation& invocation);
void addDoctor(CLI::App& program, Invocation& invocation);
void addJournal(CLI::App& program, Invocation& invocation);
void addKey(CLI::App& program, Invocation& invocation);
void addRevoke(CLI::App& program, Invocation& invocation);

}  // namespace deskline::cli
