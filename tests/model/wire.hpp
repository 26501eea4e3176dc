// The connection of a stream without a socket: the linker takes this folder's net::TlsConnection instead of the
// gateway's, so the real EventSubscriber and Shard run on it. Flushed bytes arrive at once or, while the reader is
// slow, stay in the queue. Thread: the test's.
#pragma once
#include "net/transport/tls_connection.hpp"

namespace deskline::model {

struct Wire {
    bool slow = false;                              // the reader does not read
    std::function<void(std::string_view)> arrived;  // one piece, as it was sent
    std::function<void()> dropped;                  // all that was queued is thrown away
};
Wire& wireOf(const net::TlsConnection& connection);

}  // namespace deskline::model
