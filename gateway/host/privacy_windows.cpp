#include "host/privacy.hpp"

namespace deskline::host {

// On Windows the access list that an administrator gives the data folder decides; files have no mode.
void keepPrivate() {}
std::vector<Exposed> exposed(const std::vector<Kept>&, const std::filesystem::path&) { return {}; }
bool mend(const Exposed&) { return false; }

}  // namespace deskline::host
