// The files behind TLS, watched: when one changes, connections to come get a new context; those that are there keep
// theirs and lose nothing. Thread: main's.
#pragma once
#include <map>
#include <string>

#include "model/watched_file.hpp"
#include "net/transport/tls_context.hpp"

namespace deskline::net {

class Certificates {
public:
    explicit Certificates(TlsOptions options);

    Result<TlsContext> open();
    // Where a file has changed, or `anyway`: true where `current` has a new context. A file that is wrong, or cannot be
    // read, is said in the log once; what was there stays, and it is tried again each time.
    bool renew(CurrentTls& current, bool anyway);
    // By name of the check, for every file: why it may be another one by now; "": it is not. `certificate` also: why no
    // context could be made.
    std::map<std::string, std::string> faults() const;
    void rotateTicketKeys() { ticketKeys_.rotate(); }

private:
    bool changed();

    const TlsOptions options_;
    TicketKeys ticketKeys_;
    std::map<std::string, WatchedFile> files_;
    bool due_ = false;   // a file has changed, and there is no context of it yet
    std::string fault_;  // why not
};

}  // namespace deskline::net
