#include "doubles/tapi/world.hpp"

#include "doubles/rules/object.hpp"
#include "doubles/simulation.hpp"
#include "doubles/tapi/numbers.hpp"
#include "doubles/tapi/registry.hpp"
#include "doubles/tapi/tapi.hpp"

namespace deskline::doubles::tapi {

World::World()
    : acd({.traffic = std::getenv("DESKLINE_DOUBLE_TRAFFIC") ? std::atof(std::getenv("DESKLINE_DOUBLE_TRAFFIC")) : 0.0,
           .seed = 1},
          now()) {
    acd.listen([this](const simulation::SwitchEvent& event) {
        const std::lock_guard lock(mutex_);
        for (auto* client : clients_) client->queue(event);
    });
    driver = std::make_unique<simulation::Driver>(acd);
    if (const auto port = consolePort("DESKLINE_DOUBLE_TELEPHONY_CONSOLE"))
        console = std::make_unique<simulation::Console>(
            port, [this](const boost::json::object& request) { return control(request); });
}

boost::json::object World::control(const boost::json::object& request) {
    const auto* what = request.if_contains("do");
    if (what && *what == "figures")
        return {{"live", liveObjects(Family::telephony).load()},
                {"callbacks", callbackFigures()},
                {"held", held()},
                {"inside", inside.load()}};
    if (what && *what == "second-objects")
        secondObjects = true;
    else if (what && *what == "origins") {
        const std::lock_guard lock(mutex_);
        origins_.clear();
        for (const auto& next : request.at("origins").as_array()) origins_.push_back(next.to_number<long>());
    } else
        return simulation::control(acd, request);
    return {{"ok", true}};
}

void World::attach(Tapi* tapi) {
    const std::lock_guard lock(mutex_);
    clients_.push_back(tapi);
}

bool World::detach(Tapi* tapi) {
    const std::lock_guard lock(mutex_);
    std::erase(clients_, tapi);
    return clients_.empty();
}

long World::nextOrigin() {
    const std::lock_guard lock(mutex_);
    if (origins_.empty()) return externalOrigin;
    const long next = origins_.front();
    origins_.pop_front();
    return next;
}

World& world() {
    static auto* one = new World;  // to the end of the process
    return *one;
}

}  // namespace deskline::doubles::tapi
