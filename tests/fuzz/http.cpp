// Requests one after another, as bytes on a connection: where each ends, what its header says, and its body in chunks.
#include <boost/beast/http/parser.hpp>

#include "fuzz.hpp"
#include "net/http/chunks.hpp"
#include "net/http/framing.hpp"
#include "net/http/hosts.hpp"

namespace deskline::fuzz {
namespace {

using namespace net;

// The result must be the same however the bytes are split.
std::size_t piecemeal(std::string_view bytes) {
    std::size_t seen = 0;
    for (const auto until : {bytes.size() / 3, bytes.size() / 2, bytes.size()}) {
        if (const auto length = headerLength(bytes.substr(0, until), seen)) return length;
        seen = until;
    }
    return 0;
}

// Another parser (as in a proxy) that accepts the request must see the same body; otherwise the two would disagree on
// where the next request begins.
void asBeastReadsIt(std::string_view header, const Head& head) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(headerBytes);
    parser.body_limit(bodyBytes);
    boost::system::error_code error;
    parser.put(boost::asio::buffer(header.data(), header.size()), error);
    if ((error && error != http::error::need_more) || !parser.is_header_done()) return;
    HOLDS(parser.chunked() == head.chunked);
    HOLDS(head.chunked || parser.content_length().value_or(0) == head.length);
    HOLDS(parser.get().method_string() == head.request.method_string());
}

std::size_t chunks(std::string_view bytes) {
    Chunks whole, single;
    const auto taken = whole.take(bytes);
    HOLDS(taken <= bytes.size() && whole.body.size() <= bodyBytes);
    std::size_t at = 0;
    while (at < bytes.size() && single.is() == Chunks::Is::open) at += single.take(bytes.substr(at, 1));
    HOLDS(single.is() == whole.is());
    if (whole.is() != Chunks::Is::whole) return bytes.size();
    HOLDS(at == taken && single.body == whole.body);
    return taken;
}

}  // namespace

void one(std::string_view input) {
    while (!input.empty()) {
        const auto length = headerLength(input, 0);
        HOLDS(length <= input.size() && piecemeal(input) == length);
        if (length == 0) return;
        const auto header = input.substr(0, length);
        const auto head = wellFormed(header);
        if (!head) return isReason(head.error());
        HOLDS(head->length <= bodyBytes && !(head->chunked && head->length > 0));
        const std::string_view target(head->request.target().data(), head->request.target().size());
        HOLDS(target == "*" || target.starts_with('/'));
        for (const char c : target) HOLDS(c > 0x20 && c < 0x7f);
        for (const auto& field : head->request) {
            HOLDS(head->request.count(field.name_string()) == 1);
            for (const unsigned char c : field.value()) HOLDS(mayBeInValue(c));
        }
        const std::string_view host(head->request[http::field::host].data(), head->request[http::field::host].size());
        HOLDS(host.empty() || isHost(host));
        asBeastReadsIt(header, *head);
        input.remove_prefix(length);
        input.remove_prefix(head->chunked ? chunks(input) : std::min<std::size_t>(input.size(), head->length));
    }
}

}  // namespace deskline::fuzz
