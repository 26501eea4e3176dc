// The files behind TLS, watched: when one changes, connections to come get a new context; those that are there keep theirs and lose nothing.
// Thread: main's.
#pragma once
#include <map>

#include "net/site.hpp"

namespace deskline::net {

class Certificates {
public:
    explicit Certificates(TlsOptions options) : options_(std::move(options)) {}

    Result<TlsContext> open();  // and remembers how the files were
    // Where a file has changed, or `anyway`: true where the site has a new context. A file that is wrong is said in the log; the old one stays.
    bool renew(Site& site, bool anyway);
    void rotateTicketKeys() { ticketKeys_.rotate(); }

private:
    std::map<std::filesystem::path, std::filesystem::file_time_type> times() const;

    const TlsOptions options_;
    TicketKeys ticketKeys_;
    std::map<std::filesystem::path, std::filesystem::file_time_type> known_;
};

}  // namespace deskline::net
