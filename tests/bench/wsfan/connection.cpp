#include "connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

static int dial(const Url& url, int number) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) die("out of sockets: raise ulimit -n");
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(0x7f000001u + unsigned(number / 20000));
    bind(fd, reinterpret_cast<sockaddr*>(&source), sizeof source);
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(std::uint16_t(url.port));
    const auto* address = url.host == "localhost" ? "127.0.0.1" : url.host.c_str();
    if (inet_pton(AF_INET, address, &target.sin_addr) != 1 || ntohl(target.sin_addr.s_addr) >> 24 != 127)
        die("only loopback addresses");
    if (connect(fd, reinterpret_cast<sockaddr*>(&target), sizeof target) < 0 && errno != EINPROGRESS)
        die("connect failed");
    return fd;
}

Connection::Connection(const Url& url, SSL_CTX* context, int number, bool http) : fd(dial(url, number)), http(http) {
    if (!url.tls) {
        stage = http ? Stage::open : Stage::upgrade;
        return;
    }
    ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    SSL_set_connect_state(ssl);
}

static bool waits(SSL* ssl, int result) {
    const int error = SSL_get_error(ssl, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

bool Connection::handshake() {
    const int result = SSL_do_handshake(ssl);
    if (result == 1) stage = http ? Stage::open : Stage::upgrade;
    return result == 1 || waits(ssl, result);
}

bool Connection::write() {
    while (!out.empty()) {
        const long size = ssl ? SSL_write(ssl, out.data(), int(out.size())) : ::write(fd, out.data(), out.size());
        if (size <= 0) return ssl ? waits(ssl, int(size)) : errno == EAGAIN;
        out.erase(0, std::size_t(size));
    }
    return true;
}

bool Connection::read(std::uint64_t& bytes) {
    static char buffer[65536];
    for (;;) {
        const long size = ssl ? SSL_read(ssl, buffer, sizeof buffer) : ::read(fd, buffer, sizeof buffer);
        if (size <= 0) return ssl ? waits(ssl, int(size)) : size < 0 && errno == EAGAIN;
        bytes += std::uint64_t(size);
        in.append(buffer, std::size_t(size));
        if (size < 16384 && (!ssl || !SSL_pending(ssl))) return true;
    }
}

void Connection::frame(std::uint8_t opcode, std::string_view text) {
    const char mask[4] = {1, 2, 3, 4};
    out.push_back(char(0x80 | opcode));
    if (text.size() < 126) {
        out.push_back(char(0x80 | text.size()));
    } else {
        out.push_back(char(0x80 | 126));
        out.push_back(char(text.size() >> 8));
        out.push_back(char(text.size()));
    }
    out.append(mask, 4);
    for (std::size_t i = 0; i < text.size(); ++i) out.push_back(char(text[i] ^ mask[i & 3]));
}
