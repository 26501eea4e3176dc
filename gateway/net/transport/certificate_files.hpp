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
    // Reads the files again where one has changed, or `anyway`. True: `current` has a new context. A file that is
    // wrong, or cannot be read, is named in the log once; the context stays as it was, and the next call tries again.
    bool renew(CurrentTls& current, bool anyway);
    // For every file, by the name of its check: why it cannot be read, so that nobody knows whether it has changed; "":
    // it can. `certificate` also: why no context could be made.
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
