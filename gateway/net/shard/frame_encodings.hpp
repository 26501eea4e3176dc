// The bytes in which an event or a snapshot goes out on a shard: one for each encoding, made by the first connection
// that needs it, shared by all that do while one of them still has it queued. The formats themselves are the
// transports'. Source: RFC 7692. Thread: the shard's.
#pragma once
#include <algorithm>
#include <array>
#include <boost/beast/zlib/deflate_stream.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace deskline::net {

using Bytes = std::shared_ptr<const std::string>;
enum class Encoding { websocket, deflated_websocket, event_stream };

class FrameEncodings {
public:
    static constexpr std::size_t many = 256;  // that are looked at before the first is forgotten

    // `source`: the event, or the snapshot's text; it is not kept. `make` returns the bytes, where nobody has them any
    // more.
    template <class Make>
    Bytes of(Encoding encoding, const std::shared_ptr<const void>& source, const Make& make) {
        auto& kept = kept_[static_cast<std::size_t>(encoding)];
        if (const auto found = kept.encoded.find(source.get());
            found != kept.encoded.end() && found->second.isOf(source))
            if (auto known = found->second.bytes.lock()) return known;
        if (kept.encoded.size() >= kept.sweepAt) {
            std::erase_if(kept.encoded, [](const auto& entry) { return entry.second.bytes.expired(); });
            kept.sweepAt = std::max(many, 2 * kept.encoded.size());
        }
        auto made = std::make_shared<const std::string>(make());
        kept.encoded[source.get()] = {source, made};
        return made;
    }
    std::size_t size(Encoding encoding) const { return kept_[static_cast<std::size_t>(encoding)].encoded.size(); }

    // The payload of permessage-deflate for a whole text, compressed without context.
    std::string deflate(std::string_view text);

private:
    struct Encoded {
        std::weak_ptr<const void> source;
        std::weak_ptr<const std::string> bytes;
        // Not of another that has got the address of one that is gone.
        bool isOf(const std::shared_ptr<const void>& other) const {
            return !source.owner_before(other) && !other.owner_before(source);
        }
    };
    struct Kept {
        std::unordered_map<const void*, Encoded> encoded;
        std::size_t sweepAt = many;
    };

    std::array<Kept, 3> kept_;
    boost::beast::zlib::deflate_stream deflater_;
};

}  // namespace deskline::net
