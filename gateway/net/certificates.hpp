// The files behind TLS, watched: when one changes, connections to come get a new context; those that are there keep theirs and lose nothing.
// Thread: main's.
#pragma once
#include <vector>

#include "model/watched_file.hpp"
#include "net/site.hpp"

namespace deskline::net {

class Certificates {
public:
    explicit Certificates(TlsOptions options);

    Result<TlsContext> open();
    // Where a file has changed, or `anyway`: true where the site has a new context. A file that is wrong is said in the log; the old one stays.
    bool renew(Site& site, bool anyway);
    void rotateTicketKeys() { ticketKeys_.rotate(); }

private:
    bool changed();

    const TlsOptions options_;
    TicketKeys ticketKeys_;
    std::vector<WatchedFile> files_;
};

}  // namespace deskline::net
