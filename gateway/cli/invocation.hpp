// Which command the program was started with, and on which configuration. Every command works on one: it is read once,
// when the command line is understood. Thread: main's.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "host/configuration.hpp"

namespace CLI {
class App;
}

namespace deskline::cli {

// Writes the configuration's mistakes to stderr; the exit code 1.
int tellMistakes(const std::vector<host::Mistake>& mistakes);

// What a command does; both give the exit code.
struct Action {
    std::function<int(const host::Configuration&)> run;
    std::function<int(const std::vector<host::Mistake>&)> mistaken = tellMistakes;  // where the configuration has some
};

class Invocation {
public:
    // Gives the command its option --config, and this action where it is the one that was chosen.
    void add(CLI::App& command, Action action);
    // Once the command line is parsed.
    int run() const;

private:
    std::string file_;  // "": the default one
    Action chosen_;
};

}  // namespace deskline::cli
