// The command line: what is done before anything else, and which commands there are.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/callers.hpp"
#include "cli/commands.hpp"
#include "cli/misuse.hpp"
#include "host/arguments.hpp"
#include "host/platform.hpp"
#include "host/privacy.hpp"
#include "host/process_signals.hpp"
#include "model/crypto_memory.hpp"
#include "model/text.hpp"

namespace deskline::cli {
namespace {

int run(std::vector<std::string> words) {
    CLI::App program("Deskline: TAPI 3 call-center controls and Core Audio for browsers and CRM systems", "deskline");
    program.set_version_flag("--version", "deskline " DESKLINE_VERSION);
    program.require_subcommand(1);
    program.allow_windows_style_options(false);  // "/name" is a path
    Invocation invocation;
    for (const auto add : {addServe, addCheckConfig, addToken, addDoctor, addJournal, addKey, addRevoke})
        add(program, invocation);
    words.erase(words.begin());  // the program's name
    for (const auto& word : words) {
        if (!isUtf8(word)) return misused("'" + printable(word) + "' is not UTF-8");
        if (word.starts_with("--") && word.ends_with('='))  // CLI11 would take the word behind it for its value
            return misused("'" + printable(word) + "' has no value");
    }
    std::ranges::reverse(words);  // as CLI11 takes them
    try {
        program.parse(std::move(words));
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
    const auto console = deskline::host::utf8Console();
    try {
        return deskline::cli::run(deskline::host::commandLine(argc, argv));
    } catch (const std::exception& error) {
        return deskline::host::failed({"configuration", error.what()});
    }
}
