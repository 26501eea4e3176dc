// The command line: what is done before anything else, and which commands there are.
#include <CLI/CLI.hpp>

#include "cli/callers.hpp"
#include "cli/commands.hpp"
#include "cli/misuse.hpp"
#include "host/arguments.hpp"
#include "host/privacy.hpp"
#include "host/process_signals.hpp"
#include "model/crypto_memory.hpp"
#include "model/text.hpp"

namespace deskline::cli {
namespace {

int run(int argc, char** argv) {
    CLI::App program("Deskline: TAPI 3 call-center controls and Core Audio for browsers and CRM systems", "deskline");
    program.set_version_flag("--version", "deskline " DESKLINE_VERSION);
    program.require_subcommand(1);
    Invocation invocation;
    for (const auto add : {addServe, addCheckConfig, addToken, addDoctor, addJournal, addKey, addRevoke})
        add(program, invocation);
    const std::vector<std::string> words(argv, argv + argc);
    for (const auto& word : words)  // CLI11 would take the word behind it for its value
        if (word.starts_with("--") && word.ends_with('=')) return misused("'" + printable(word) + "' has no value");
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // for --help or --version
        return program.exit(asked);
    } catch (const CLI::ParseError& refused) {
        return misused(misuse(program, refused));
    }
    return invocation.run();
}

}  // namespace
}  // namespace deskline::cli

int main(int argc, char** argv) {
    deskline::watchCryptoMemory();
    if (!deskline::ignoreCryptoConfiguration())
        return deskline::host::failed({"configuration", "OpenSSL could not be prepared: no memory is left."});
    deskline::host::keepPrivate();
    if (argc > 1 && std::string_view(argv[1]) == "serve") deskline::host::holdSignals();
    try {
        return deskline::cli::run(argc, argv);
    } catch (const std::exception& error) {
        return deskline::host::failed({"configuration", error.what()});
    }
}
