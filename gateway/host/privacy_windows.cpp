#include "host/privacy.hpp"

namespace deskline::host {

// Access there goes by the lists of the folder above, which an administrator gives; files have no mode.
void keepPrivate() {}
std::vector<Exposed> exposed(const std::vector<Kept>&, const std::filesystem::path&) { return {}; }
bool mend(const Exposed&) { return false; }

}  // namespace deskline::host
