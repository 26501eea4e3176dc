// How many files and connections the system lets this process have open at once (POSIX RLIMIT_NOFILE), and how that is
// shared out, so that strangers' connections never take the descriptors that the gateway reads its own files with.
// Thread: main's, at the start.
#pragma once
#include <cstddef>
#include <optional>

#include "model/finding.hpp"

namespace deskline::host {

// Raises the soft limit to the hard one. Nothing: there is no limit (Windows).
std::optional<std::size_t> raiseDescriptors();
std::optional<std::size_t> mostDescriptors();  // the hard limit; nothing as above

struct Share {
    std::size_t connections, crowd;  // served at a time; beyond those, answered that there are too many
};
// Shares out the limit, after the gateway's own part (the journal, watched files, deliveries, what a shard needs).
// `wanted`: [server] max_connections.
Share shareOf(std::optional<std::size_t> limit, std::size_t wanted, std::size_t shards);
std::size_t descriptorsFor(std::size_t connections, std::size_t shards);  // the limit that so many need

Finding checkDescriptors(std::size_t wanted, std::size_t shards);  // for `deskline doctor`

}  // namespace deskline::host
