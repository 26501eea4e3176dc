#include "cli/invocation.hpp"

#include "host/configuration_reader.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "host/platform.hpp"
#include "model/host_text.hpp"

namespace deskline::cli {

int tellMistakes(const std::vector<host::Mistake>& mistakes) {
    std::cerr << host::text(mistakes);
    return 1;
}

void Invocation::add(CLI::App& command, Action action) {
    command.add_option("--config", file_, "the configuration file");
    command.callback([this, action = std::move(action)] { chosen_ = action; });
}

int Invocation::run() const {
    host::Configuration configuration;
    const auto path = file_.empty() ? host::defaultConfiguration() : pathOf(file_);
    const auto mistakes = host::read(configuration, path);
    return mistakes.empty() ? chosen_.run(configuration) : chosen_.mistaken(mistakes);
}

}  // namespace deskline::cli
