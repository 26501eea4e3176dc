// `deskline check-config`.
#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/commands.hpp"
#include "host/environment.hpp"
#include "host/logging.hpp"
#include "host/platform.hpp"
#include "model/host_text.hpp"

namespace deskline::cli {
namespace {

int sayInOrder(const host::Configuration& configuration) {
    for (const auto& unread : host::unreadVariables(host::environmentNames()))
        host::say("deskline: " + host::text(unread));
    std::cout << (configuration.file.empty() ? "the defaults are" : textOf(configuration.file) + " is")
              << " in order\n";
    return 0;
}

}  // namespace

void addCheckConfig(CLI::App& program, Invocation& invocation) {
    auto* command =
        program.add_subcommand("check-config", "say every mistake in the configuration, with file, line and key");
    invocation.add(*command, {sayInOrder});
}

}  // namespace deskline::cli
