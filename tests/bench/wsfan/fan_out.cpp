#include "fan_out.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <optional>

#include "usage.hpp"

FanOut::FanOut(const Options& options)
    : options_(options),
      context_(SSL_CTX_new(TLS_client_method())),
      epoll_(epoll_create1(0)),
      subscribers_(options.clients),
      sentAt_(options.count),
      arrived_(options.count) {
    SSL_CTX_set_verify(context_, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_mode(context_,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    latencies_.reserve(std::min<std::size_t>(options.clients * options.count, 50'000'000));
    upgrade_ = "GET " + options.stream.path + " HTTP/1.1\r\nHost: " + options.stream.authority() +
               "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               "Sec-WebSocket-Version: 13\r\n";
    if (!options.subprotocol.empty()) upgrade_ += "Sec-WebSocket-Protocol: " + options.subprotocol + "\r\n";
    for (const auto& header : options.streamHeaders) upgrade_ += header + "\r\n";
    upgrade_ += "\r\n";
}

Connection& FanOut::open(const Url& url, bool http) {
    auto& connection =
        *connections_.emplace_back(std::make_unique<Connection>(url, context_, int(connections_.size()), http));
    if (!http) connection.out = upgrade_;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &connection;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
    return connection;
}

void FanOut::turn(int milliseconds) {
    epoll_event events[512];
    const int count = epoll_wait(epoll_, events, 512, milliseconds);
    for (int i = 0; i < count; ++i) serve(*static_cast<Connection*>(events[i].data.ptr));
}

void FanOut::run(double seconds) {
    for (const double start = now(); now() - start < seconds;) turn(20);
}

void FanOut::connectClients() {
    const double start = now();
    while (counts_.upgraded + counts_.failed < options_.clients) {
        while (connections_.size() < options_.clients &&
               connections_.size() < counts_.upgraded + counts_.failed + options_.parallel)
            open(options_.stream, false);
        turn(100);
        if (now() - start > 120) die("not all clients could connect: " + std::to_string(counts_.upgraded));
    }
}

void FanOut::awaitReady() {
    for (const double start = now(); counts_.ready + counts_.failed < options_.clients;) {
        turn(100);
        if (now() - start > 30) die("not all clients became ready: " + std::to_string(counts_.ready));
    }
}

void FanOut::connectPublisher() {
    subscribers_ = counts_.ready;
    publisher_ = &open(options_.publish[0], true);
    for (const double start = now(); publisher_->stage != Stage::open;) {
        turn(20);
        if (now() - start > 10) die("the publisher could not connect");
    }
}

double FanOut::publishAll() {
    const double start = now();
    double progress = start;
    std::uint64_t seen = 0;
    while (counts_.complete < options_.count || counts_.answered < options_.count) {
        if (due(start)) publish();
        turn(options_.rate > 0 ? 1 : 5);
        if (counts_.delivered != seen) {
            seen = counts_.delivered;
            progress = now();
        }
        if (counts_.refused || now() - progress > 10 || now() - start > options_.limit) break;
    }
    return progress - start;
}

bool FanOut::due(double start) const {
    if (counts_.published == options_.count) return false;
    if (options_.rate > 0) return now() >= start + double(counts_.published) / options_.rate;
    return counts_.published == counts_.answered && counts_.published - counts_.complete < options_.window;
}

static std::string numbered(std::string text, std::size_t number) {
    for (std::size_t at; (at = text.find("{n}")) != text.npos;) text.replace(at, 3, std::to_string(number));
    return text;
}

void FanOut::publish() {
    const auto number = counts_.published++;
    const auto body = numbered(options_.body, number);
    const auto path = numbered(options_.publish[number % options_.publish.size()].path, number);
    auto request = options_.method + " " + path + " HTTP/1.1\r\nHost: " + options_.publish[0].authority() +
                   "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    for (const auto& header : options_.headers) request += numbered(header, number) + "\r\n";
    sentAt_[number] = now();
    publisher_->out += request + "\r\n" + body;
    serve(*publisher_);
}

void FanOut::serve(Connection& connection) {
    if (connection.stage == Stage::dead) return;
    if (connection.stage == Stage::tls) {
        if (!connection.handshake()) return lose(connection);
        if (connection.stage == Stage::tls) return;
    }
    bool good = connection.write() && connection.read(counts_.bytes);
    if (connection.stage == Stage::upgrade && !takeUpgrade(connection)) return;
    if (connection.stage == Stage::open) connection.http ? takeAnswers(connection) : takeFrames(connection);
    if (!connection.out.empty()) good = connection.write() && good;
    if (!good && connection.stage != Stage::dead) lose(connection);
}

void FanOut::lose(Connection& connection) {
    if (connection.http && connection.stage == Stage::open) die("the publish connection was closed");
    ++(connection.stage == Stage::open ? counts_.closed : counts_.failed);
    connection.stage = Stage::dead;
}

bool FanOut::takeUpgrade(Connection& client) {
    const auto end = client.in.find("\r\n\r\n");
    if (end == client.in.npos) return true;
    if (client.in.compare(9, 3, "101") != 0) {
        if (!counts_.failed) std::fprintf(stderr, "wsfan: upgrade refused: %s\n", client.in.substr(0, 200).c_str());
        lose(client);
        return false;
    }
    client.in.erase(0, end + 4);
    client.stage = Stage::open;
    ++counts_.upgraded;
    for (const auto& text : options_.hello) client.frame(1, text);
    if (options_.ready.empty()) takeReady(client);
    return true;
}

void FanOut::takeReady(Connection& client) {
    client.ready = true;
    ++counts_.ready;
}

struct Frame {
    std::uint8_t opcode;
    bool final;
    std::size_t head, size;
};
// The frame that begins there (RFC 6455, section 5.2); nothing: it is not whole yet.
static std::optional<Frame> frameAt(std::string_view bytes) {
    if (bytes.size() < 2) return std::nullopt;
    const auto byte = [&](std::size_t i) { return std::uint8_t(bytes[i]); };
    Frame frame{std::uint8_t(byte(0) & 0x0f), (byte(0) & 0x80) != 0, 2, std::size_t(byte(1) & 0x7f)};
    const std::size_t extended = frame.size == 126 ? 2 : frame.size == 127 ? 8 : 0;
    if (bytes.size() < 2 + extended) return std::nullopt;
    if (extended) frame.size = 0;
    for (std::size_t i = 0; i < extended; ++i) frame.size = frame.size << 8 | byte(2 + i);
    frame.head += extended;
    return bytes.size() < frame.head + frame.size ? std::nullopt : std::optional(frame);
}

void FanOut::takeFrames(Connection& client) {
    std::size_t at = 0;
    while (const auto frame = frameAt(std::string_view(client.in).substr(at))) {
        const std::string_view body(client.in.data() + at + frame->head, frame->size);
        at += frame->head + frame->size;
        if (frame->opcode == 9) {
            client.frame(10, body);
        } else if (frame->opcode == 8) {
            ++counts_.closed;
            client.stage = Stage::dead;
        } else if (frame->opcode <= 2) {
            if (frame->final && client.message.empty()) {
                takeText(client, body);
                continue;
            }
            client.message += body;
            if (!frame->final) continue;
            takeText(client, client.message);
            client.message.clear();
        }
    }
    client.in.erase(0, at);
}

void FanOut::takeText(Connection& client, std::string_view text) {
    if (!client.ready && text.find(options_.ready) != text.npos) takeReady(client);
    auto at = text.find("bench-");
    if (at == text.npos) return;
    std::size_t number = 0;
    for (at += 6; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
        number = number * 10 + std::size_t(text[at] - '0');
    if (number >= sentAt_.size()) return;
    ++counts_.delivered;
    latencies_.push_back(float(now() - sentAt_[number]));
    if (std::int64_t(number) == client.last) ++counts_.duplicated;
    if (std::int64_t(number) < client.last) ++counts_.reordered;
    client.last = std::max(client.last, std::int64_t(number));
    if (++arrived_[number] == subscribers_) ++counts_.complete;
}

void FanOut::takeAnswers(Connection& publisher) {
    auto& in = publisher.in;
    for (std::size_t end; (end = in.find("\r\n\r\n")) != in.npos;) {
        auto head = in.substr(0, end);
        std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return char(std::tolower(c)); });
        std::size_t total = end + 4;
        if (head.find("transfer-encoding: chunked") != head.npos) {
            const auto last = in.find("0\r\n\r\n", end + 4);
            if (last == in.npos) return;
            total = last + 5;
        } else if (const auto length = head.find("content-length:"); length != head.npos) {
            total += std::stoul(head.substr(length + 15));
        }
        if (in.size() < total) return;
        if (in[9] != '2' && !counts_.refused++) firstRefusal_ = in.substr(0, total);
        in.erase(0, total);
        ++counts_.answered;
    }
}

double FanOut::latency(double quantile) {
    if (latencies_.empty()) return 0;
    const auto at = std::min(latencies_.size() - 1, std::size_t(quantile * double(latencies_.size())));
    std::nth_element(latencies_.begin(), latencies_.begin() + long(at), latencies_.end());
    return 1e3 * double(latencies_[at]);
}
