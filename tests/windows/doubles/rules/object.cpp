#include "doubles/rules/object.hpp"

namespace deskline::doubles {

std::atomic<long>& liveObjects(Family family) {
    static std::atomic<long> live[2];
    return live[static_cast<int>(family)];
}

}  // namespace deskline::doubles
