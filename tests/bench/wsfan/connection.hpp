// A connection of the load: a socket without blocking, TLS where the address has it, and what waits to be read and
// written.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "options.hpp"

enum class Stage { tls, upgrade, open, dead };

struct Connection {
    int fd = -1;
    SSL* ssl = nullptr;
    Stage stage = Stage::tls;
    bool http = false, ready = false;  // the publisher's; what --ready waits for has come
    std::string in, out, message;      // message: the fragments of one that is not whole yet
    std::int64_t last = -1;            // the newest publish that was delivered

    /** Connects to a loopback address; `number` chooses the source address, one for each 20,000 connections. */
    Connection(const Url& url, SSL_CTX* context, int number, bool http);

    /** One step of the handshake. False: it has failed. */
    bool handshake();
    /** Both return false where the connection has failed or ended. */
    bool write();
    bool read(std::uint64_t& bytes);

    /** Adds a masked frame to what is written (RFC 6455, section 5.2). */
    void frame(std::uint8_t opcode, std::string_view text);
};
