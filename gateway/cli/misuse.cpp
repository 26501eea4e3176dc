#include "cli/misuse.hpp"

#include <CLI/CLI.hpp>

#include "cli/callers.hpp"
#include "host/nearest.hpp"
#include "model/text.hpp"

namespace deskline::cli {
namespace {

// As it is typed: "deskline key create".
std::string typed(const CLI::App& command) {
    const auto* above = command.get_parent();
    return above ? typed(*above) + " " + command.get_name() : command.get_name();
}

const CLI::App* chosenOf(const CLI::App& command) {
    const auto chosen = command.get_subcommands();
    return chosen.empty() ? nullptr : chosen.front();
}

const CLI::App& lastChosen(const CLI::App& program) {
    const auto* command = &program;
    while (const auto* next = chosenOf(*command)) command = next;
    return *command;
}

std::vector<std::string> commandsOf(const CLI::App& command) {
    std::vector<std::string> names;
    for (const auto* there : command.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(there->get_name());
    return names;
}

std::vector<std::string> optionsOf(const CLI::App& command) {
    std::vector<std::string> names;
    for (const auto* option : command.get_options())
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

// `given`: what the command was given and does not take.
std::string notTaken(const CLI::App& program, const CLI::App& command, const std::string& given) {
    const auto word = printable(given);
    const auto called = "`" + typed(command) + "`";
    if (!word.starts_with('-')) {
        const auto there = commandsOf(command);
        if (there.empty()) return called + " does not take '" + word + "'";
        return called + " has no command '" + word + "'; it has " + joined(there, ", ");
    }
    const auto option = word.substr(0, word.find('='));
    const auto& last = lastChosen(program);
    if (&last != &command && last.get_option_no_throw(option))
        return option + " belongs behind the command: `" + typed(last) + " " + option + " …`";
    return called + " has no option '" + option + "'; the nearest is " + host::nearest(option, optionsOf(command));
}

}  // namespace

std::string misuse(const CLI::App& program, const CLI::Error& refused) {
    const auto& last = lastChosen(program);
    auto wrong = typed(last).substr(program.get_name().size());
    wrong = (wrong.empty() ? "" : wrong.substr(1) + ": ") + refused.what();
    const auto* wrongIn = &last;
    if (const auto there = commandsOf(last); !there.empty())
        wrong = "`" + typed(last) + "` needs one of its commands: " + joined(there, ", ");
    for (const auto* command = &program; command; command = chosenOf(*command)) {
        const auto words = command->remaining();
        if (words.empty()) continue;
        wrong = notTaken(program, *command, words.front());
        wrongIn = command;
        break;
    }
    return wrong + "\n`" + typed(*wrongIn) + " --help` says what there is";
}

}  // namespace deskline::cli
