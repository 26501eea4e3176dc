// `deskline doctor`. Exit codes: 0 all is well, 1 the gateway serves, but not all of it works, 2 it cannot serve.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app/diagnosis.hpp"
#include "cli/commands.hpp"
#include "host/logging.hpp"
#include "model/json.hpp"

namespace deskline::cli {
namespace {

int tell(const std::vector<Finding>& findings, bool json) {
    auto worst = Severity::ok;
    for (const auto& finding : findings) worst = std::max(worst, finding.severity);
    if (json) {
        std::cout << boost::json::serialize(
                         boost::json::object{{"verdict", name(worst)}, {"findings", toJson(findings)}})
                  << "\n";
        return static_cast<int>(worst);
    }
    for (const auto& finding : findings) {
        std::cout << (finding.severity == Severity::ok         ? "ok        "
                      : finding.severity == Severity::degraded ? "degraded  "
                                                               : "FAILED    ")
                  << finding.area << ": " << finding.finding << "\n";
        if (!finding.meaning.empty()) std::cout << "          " << finding.meaning << "\n";
        if (!finding.remedy.empty()) std::cout << "          What to do: " << finding.remedy << "\n";
    }
    std::cout << (worst == Severity::ok         ? "Everything is in order.\n"
                  : worst == Severity::degraded ? "Deskline serves, but not all of it works.\n"
                                                : "Deskline cannot serve.\n");
    return static_cast<int>(worst);
}

// One finding for each mistake of a configuration that cannot be used.
std::vector<Finding> findingsOf(const std::vector<host::Mistake>& mistakes) {
    std::vector<Finding> findings;
    for (const auto& mistake : mistakes) {
        auto line = host::text({mistake});
        line.pop_back();  // its end
        findings.push_back({"configuration", Severity::failed, line + ".", "The gateway does not start.",
                            "Correct it there; `deskline check-config` says whether all is right then."});
    }
    return findings;
}

}  // namespace

void addDoctor(CLI::App& program, Invocation& invocation) {
    auto* command = program.add_subcommand("doctor", "say what this host offers, and what to do about what it lacks");
    const auto json = std::make_shared<bool>(false), probe = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "as JSON");
    command->add_flag("--probe", *probe,
                      "also move the volume of the default output for a moment, to see whether it is told");
    invocation.add(*command,
                   {[json, probe](const host::Configuration& configuration) {
                        host::startLogging("error", configuration.log.format);
                        return tell(diagnose(configuration, *probe), *json);
                    },
                    [json](const std::vector<host::Mistake>& mistakes) { return tell(findingsOf(mistakes), *json); }});
}

}  // namespace deskline::cli
