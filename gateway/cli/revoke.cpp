// `deskline revoke`.
#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/callers.hpp"
#include "cli/commands.hpp"
#include "identity/key_file.hpp"

namespace deskline::cli {
namespace {

int revokeSubject(const host::Configuration& c, const std::string& subject) {
    const auto done = identity::updateKeyFile(c.identity.keys, [&](identity::KeyFile& file) -> Result<void> {
        identity::revokeTokens(file, subject, now());
        return {};
    });
    if (!done) return notDone(done.error());
    noteInAudit(c, "revoke", "/subjects/" + subject);
    std::cout << "every token of " << subject
              << " made until now is void; a running gateway closes its streams within seconds\n";
    return 0;
}

}  // namespace

void addRevoke(CLI::App& program, Invocation& invocation) {
    auto* command = program.add_subcommand(
        "revoke", "void every token of a subject that was made until now, and close its streams");
    const auto subject = std::make_shared<std::string>();
    command->add_option("--subject", *subject, "whom the tokens name")->required();
    invocation.add(*command, {[subject](const host::Configuration& c) { return revokeSubject(c, *subject); }});
}

}  // namespace deskline::cli
