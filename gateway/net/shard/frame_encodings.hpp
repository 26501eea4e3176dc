// The other forms of a frame: one event of an event stream (SSE), and the compressed WebSocket frame. Each is made once
// for a shard, by the first connection that needs it, and shared by the others: a frame goes to all of them before the
// next one comes. Source: WHATWG HTML §9.2, RFC 9112 §7.1, RFC 7692. Thread: the shard's.
#pragma once
#include <boost/beast/zlib/deflate_stream.hpp>
#include <memory>
#include <string>

#include "events/frame.hpp"

namespace deskline::net {

using Bytes = std::shared_ptr<const std::string>;

// One event as one chunk. `id` "": none, so that a resuming client does not ask for it.
std::string eventChunk(std::string_view event, std::string_view id, std::string_view data);
std::string chunk(std::string_view text);  // any text as one chunk of an HTTP body

class FrameEncodings {
public:
    Bytes eventStream(const events::FramePtr& frame);
    Bytes deflated(const events::FramePtr& frame);
    std::string deflate(std::string_view frame);  // a whole text frame, compressed without context

private:
    struct Last {
        events::FramePtr frame;
        Bytes bytes;
    };
    template <class Make>
    static Bytes once(Last& last, const events::FramePtr& frame, Make make);

    Last eventStream_, deflated_;
    boost::beast::zlib::deflate_stream deflater_;
};

}  // namespace deskline::net
