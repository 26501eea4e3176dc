#include "host/descriptors.hpp"

#include <algorithm>

namespace deskline::host {
namespace {

// The gateway's own part of the limit. If the limit is too small for all, that part is at most a quarter of it. A
// shard's loop has three (Boost.Asio: epoll, eventfd, timerfd).
std::size_t ownPart(std::size_t shards) { return 512 + (shards > 32 ? 3 * (shards - 32) : 0); }
constexpr std::size_t mostCrowd =
    256;  // connections beyond the limit that still get an answer; of a small limit an eighth of what is left

}  // namespace

Share shareOf(std::optional<std::size_t> limit, std::size_t wanted, std::size_t shards) {
    if (!limit || *limit >= descriptorsFor(wanted, shards)) return {wanted, mostCrowd};
    const auto left = *limit - std::min(ownPart(shards), *limit / 4);
    const auto crowd = std::min(mostCrowd, left / 8);
    return {std::min(wanted, left - crowd), crowd};
}

std::size_t descriptorsFor(std::size_t connections, std::size_t shards) {
    return connections + mostCrowd + ownPart(shards);
}

Finding checkDescriptors(std::size_t wanted, std::size_t shards) {
    const auto limit = mostDescriptors();
    const auto share = shareOf(limit, wanted, shards);
    const auto needed = std::to_string(descriptorsFor(wanted, shards));
    if (share.connections == wanted)
        return {"descriptors", Severity::ok,
                "[server] max_connections = " + std::to_string(wanted) + " has the descriptors that it needs.", "", ""};
    return {"descriptors", Severity::degraded,
            "[server] max_connections = " + std::to_string(wanted) + " needs " + needed +
                " descriptors, and the system allows this process " + std::to_string(*limit) + ".",
            "At most " + std::to_string(share.connections) + " connections are served.",
            "Allow more (systemd: LimitNOFILE=" + needed + "; else ulimit -n), or lower [server] max_connections."};
}

}  // namespace deskline::host
