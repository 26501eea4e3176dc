#include "host/descriptors.hpp"

namespace deskline::host {

std::optional<std::size_t> raiseDescriptors() { return std::nullopt; }
std::optional<std::size_t> mostDescriptors() { return std::nullopt; }

}  // namespace deskline::host
