// A client's frames after the upgrade, as bytes on the wire: Beast reads them with the options of a stream. The first
// byte says whether the gateway and the client agree on compression.
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "api/headers.hpp"
#include "fuzz.hpp"
#include "net/streaming/client_message.hpp"
#include "net/streaming/frame_limits.hpp"

namespace deskline::fuzz {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using namespace api;  // isUtf8
using error_code = boost::system::error_code;

asio::io_context io;

// A stream that gives the client's bytes and then an end of file, and drops everything that the server writes.
struct Wire {
    using executor_type = asio::io_context::executor_type;
    explicit Wire(std::string_view bytes) : sent(bytes) {}
    executor_type get_executor() { return io.get_executor(); }

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        const auto count = asio::buffer_copy(buffers, asio::buffer(sent.data(), sent.size()));
        error = count == 0 && asio::buffer_size(buffers) > 0 ? asio::error::eof : error_code();
        sent.remove_prefix(count);
        return count;
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        error_code error;
        const auto count = read_some(buffers, error);
        if (error) throw boost::system::system_error(error);
        return count;
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, error_code& error) {
        error = {};
        return asio::buffer_size(buffers);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers) {
        return asio::buffer_size(buffers);
    }
    std::string_view sent;
};

void teardown(boost::beast::role_type, Wire&, error_code& error) { error = {}; }

}  // namespace

void one(std::string_view input) {
    if (input.empty()) return;
    const bool compresses = (input[0] & 1) != 0;
    websocket::stream<Wire, true> stream(Wire(input.substr(1)));
    net::limit(stream, compresses);
    websocket::request_type upgrade{boost::beast::http::verb::get, "/api/v1/stream", 11};
    upgrade.set(boost::beast::http::field::host, "localhost");
    upgrade.set(boost::beast::http::field::upgrade, "websocket");
    upgrade.set(boost::beast::http::field::connection, "upgrade");
    upgrade.set(boost::beast::http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
    upgrade.set(boost::beast::http::field::sec_websocket_version, "13");
    if (compresses) upgrade.set(boost::beast::http::field::sec_websocket_extensions, "permessage-deflate");
    error_code error;
    stream.accept(upgrade, error);
    HOLDS(!error);
    for (;;) {
        boost::beast::flat_buffer buffer(net::messageRoom);
        stream.read(buffer, error);
        if (error) break;
        HOLDS(stream.is_message_done() && buffer.size() <= net::longestMessage);
        const std::string_view text(static_cast<const char*>(buffer.data().data()), buffer.size());
        // Beast lets a text through that breaks off within a character before an empty last frame; as a message it is
        // refused all the same.
        HOLDS(!stream.got_text() || isUtf8(text) || !net::readMessage(text));
    }
    HOLDS(!error.message().empty());
}

}  // namespace deskline::fuzz
