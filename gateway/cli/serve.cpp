// `deskline serve`. What keeps it from starting is found in this order: a source that the host does not have, files
// that others may have written, another gateway, files that cannot be used; then what stands in the way of the
// listener.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>

#include "app/application.hpp"
#include "app/sources.hpp"
#include "cli/commands.hpp"
#include "host/arguments.hpp"
#include "host/environment.hpp"
#include "host/logging.hpp"
#include "host/platform.hpp"
#include "host/privacy.hpp"
#include "model/failpoint.hpp"

namespace deskline::cli {
namespace {

int serve(const host::Configuration& configuration) {
    host::startLogging(configuration.log.level, configuration.log.format);
    for (const auto& unread : host::unreadVariables(host::environmentNames())) spdlog::warn("{}", host::text(unread));
    host::Signals signals;
    if (const auto there = sourcesThere(configuration); !there) return host::failed(there.error());
    const auto exposed = host::exposedAtStart(configuration);  // before a file is opened
    if (const auto untrusted = host::notToBeBelieved(exposed); !untrusted.empty()) {
        for (const auto& line : untrusted) host::say("deskline: " + line);
        return 1;
    }
    auto instance = Instance::take(configuration);  // until the end
    if (!instance) return host::failed(instance.error());
    failpoint("start.locked");
    host::secure(exposed);
    auto opened = openAll(configuration, *instance);
    if (!opened) return host::failed(opened.error());
    failpoint("start.opened");
    if (signals.asked() > 0) return 0;
    return Application(configuration, *instance, std::move(*opened)).run(signals);
}

}  // namespace

void addServe(CLI::App& program, Invocation& invocation) {
    invocation.add(*program.add_subcommand("serve", "run in the foreground"), {serve});
}

}  // namespace deskline::cli
