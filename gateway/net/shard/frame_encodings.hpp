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

    // `source`: the event, or the snapshot's text; it lives as long as its bytes. `make` returns them, where nobody has
    // them any more.
    template <class Make>
    Bytes of(Encoding encoding, std::shared_ptr<const void> source, const Make& make) {
        auto& kept = kept_[static_cast<std::size_t>(encoding)];
        if (const auto found = kept.encoded.find(source.get()); found != kept.encoded.end())
            if (auto known = found->second.lock()) return bytesOf(std::move(known));
        if (kept.encoded.size() >= kept.sweepAt) {
            std::erase_if(kept.encoded, [](const auto& entry) { return entry.second.expired(); });
            kept.sweepAt = std::max(many, 2 * kept.encoded.size());
        }
        const auto* key = source.get();
        auto made = std::make_shared<const Encoded>(Encoded{std::move(source), make()});
        kept.encoded[key] = made;
        return bytesOf(std::move(made));
    }
    std::size_t size(Encoding encoding) const { return kept_[static_cast<std::size_t>(encoding)].encoded.size(); }

    // The payload of permessage-deflate for a whole text, compressed without context.
    std::string deflate(std::string_view text);

private:
    struct Encoded {
        std::shared_ptr<const void> source;  // while it lives, nothing else has its address
        std::string bytes;
    };
    struct Kept {
        std::unordered_map<const void*, std::weak_ptr<const Encoded>> encoded;
        std::size_t sweepAt = many;
    };
    static Bytes bytesOf(std::shared_ptr<const Encoded> encoded) {
        const auto* bytes = &encoded->bytes;
        return {std::move(encoded), bytes};
    }

    std::array<Kept, 3> kept_;
    boost::beast::zlib::deflate_stream deflater_;
};

}  // namespace deskline::net
