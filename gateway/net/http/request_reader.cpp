#include "net/http/request_reader.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/write.hpp>
#include <utility>

#include "net/http/chunks.hpp"

namespace deskline::net {
namespace {

using Buffer = boost::beast::flat_buffer;
constexpr int idleSeconds = 60;
constexpr std::size_t readBytes = 4096;

std::string_view bytesIn(const Buffer& buffer) {
    return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
}

asio::awaitable<bool> readMore(BeastStream& stream, Buffer& buffer) {
    error_code error;
    const auto count =
        co_await stream.async_read_some(buffer.prepare(readBytes), asio::redirect_error(asio::use_awaitable, error));
    buffer.commit(error ? 0 : count);
    co_return !error;
}

Fault cutShort() { return {"bad-request", "The request ended before it was whole."}; }
Fault tooLarge() { return {"body-too-large", "The body has more than 64 KiB."}; }

// Length of the header at the buffer's beginning; nothing: the connection ended before it did.
asio::awaitable<Result<std::optional<std::size_t>>> readHeader(BeastStream& stream, Buffer& buffer) {
    bool mayBeEmpty = true;  // one empty line before a request is passed over (RFC 9112 §2.2)
    for (std::size_t seen = 0;;) {
        if (std::exchange(mayBeEmpty, mayBeEmpty && buffer.size() < 2) && bytesIn(buffer).starts_with("\r\n")) {
            buffer.consume(2);
            seen = 0;
        }
        const auto length = headerLength(bytesIn(buffer), seen);
        if (length > headerBytes || (length == 0 && buffer.size() >= headerBytes))
            co_return Fault{"header-too-large", "The header has more than 16 KiB."};
        if (length > 0) co_return std::optional(length);
        seen = buffer.size();
        if (co_await readMore(stream, buffer)) continue;
        if (buffer.size() > 0 && !stream.connection().closed()) co_return cutShort();
        co_return std::optional<std::size_t>();
    }
}

asio::awaitable<Result<std::string>> readInChunks(BeastStream& stream, Buffer& buffer) {
    Chunks chunks;
    for (;;) {
        buffer.consume(chunks.take(bytesIn(buffer)));
        switch (chunks.is()) {
            case Chunks::Is::whole: co_return std::move(chunks.body);
            case Chunks::Is::broken:
                co_return Fault{"bad-request",
                                "The chunks of the body are not well-formed (RFC 9112 §7.1); the connection ends."};
            case Chunks::Is::tooLarge: co_return tooLarge();
            case Chunks::Is::open: break;
        }
        if (!co_await readMore(stream, buffer)) co_return cutShort();
    }
}

asio::awaitable<Result<std::string>> readBody(BeastStream& stream, Buffer& buffer, std::size_t length) {
    std::string body;
    body.reserve(length);
    for (;;) {
        const auto part = std::min(length - body.size(), buffer.size());
        body.append(bytesIn(buffer).substr(0, part));
        buffer.consume(part);
        if (body.size() == length) co_return std::move(body);
        if (!co_await readMore(stream, buffer)) co_return cutShort();
    }
}

}  // namespace

asio::awaitable<Result<std::optional<HttpRequest>>> readRequest(BeastStream& stream, Buffer& buffer, bool first) {
    auto& connection = stream.connection();
    if (!first && buffer.size() == 0) {
        connection.expireIn(idleSeconds);
        if (!co_await readMore(stream, buffer)) co_return std::optional<HttpRequest>();
    }
    connection.expireIn(requestSeconds);
    const auto length = co_await readHeader(stream, buffer);
    if (!length) co_return length.error();
    if (!*length) co_return std::optional<HttpRequest>();
    auto head = wellFormed(bytesIn(buffer).substr(0, **length));
    buffer.consume(**length);
    if (!head) co_return head.error();
    if (head->awaitsContinue && buffer.size() == 0) {
        error_code error;
        HttpResponse proceed{http::status::continue_, 11};
        co_await http::async_write(stream, proceed, asio::redirect_error(asio::use_awaitable, error));
    }
    Result<std::string> body;
    if (head->chunked)
        body = co_await readInChunks(stream, buffer);
    else
        body = co_await readBody(stream, buffer, static_cast<std::size_t>(head->length));
    if (!body) {
        if (connection.closed()) co_return std::optional<HttpRequest>();
        co_return body.error();
    }
    head->request.body() = std::move(*body);
    connection.expireIn(0);
    co_return std::optional(std::move(head->request));
}

void forgetSecrets(HttpRequest& request, Buffer& buffer) {
    const auto read = buffer.prepare(buffer.capacity() - buffer.size());
    OPENSSL_cleanse(read.data(), read.size());
    OPENSSL_cleanse(request.body().data(), request.body().size());
    if (const auto header = request.find(http::field::authorization); header != request.end())
        OPENSSL_cleanse(const_cast<char*>(header->value().data()), header->value().size());
}

}  // namespace deskline::net
