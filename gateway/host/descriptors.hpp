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
std::optional<std::size_t> mostDescriptors();  // what they could be raised to

struct Share {
    std::size_t connections, crowd;  // those that are served; beyond them, those that are told that there are too many
};
// Of a limit, after the gateway's own part: the journal, watched files, deliveries, what a shard needs.
Share shareOf(std::optional<std::size_t> limit, std::size_t wanted, std::size_t shards);
std::size_t descriptorsFor(std::size_t connections, std::size_t shards);  // the limit that so many need

Finding checkDescriptors(std::size_t wanted, std::size_t shards);  // for `deskline doctor`

}  // namespace deskline::host
