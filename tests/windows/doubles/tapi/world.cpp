#include "doubles/tapi/world.hpp"

#include "doubles/rules/object.hpp"
#include "doubles/simulation.hpp"
#include "doubles/tapi/registry.hpp"

namespace deskline::doubles::tapi {

World::World()
    : acd({.traffic = std::getenv("DESKLINE_DOUBLE_TRAFFIC") ? std::atof(std::getenv("DESKLINE_DOUBLE_TRAFFIC")) : 0.0,
           .seed = 1},
          now()) {
    driver = std::make_unique<simulation::Driver>(acd);
    if (const auto port = consolePort("DESKLINE_DOUBLE_TELEPHONY_CONSOLE"))
        console = std::make_unique<simulation::Console>(
            port, [this](const boost::json::object& request) -> boost::json::object {
                if (request.contains("do") && request.at("do") == "figures")
                    return {{"live", liveObjects(Family::telephony).load()},
                            {"callbacks", callbackFigures()},
                            {"held", held()}};
                if (request.contains("do") && request.at("do") == "second-objects") {
                    secondObjects = true;
                    return {{"ok", true}};
                }
                return simulation::control(acd, request);
            });
}

World& world() {
    static auto* one = new World;  // to the end of the process
    return *one;
}

}  // namespace deskline::doubles::tapi
