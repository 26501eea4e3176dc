// Where a request begins and ends, and what its header may say: read once and strictly, on the bytes as they came,
// before anything is decided. What a proxy before the gateway could read in another way is refused, and the connection
// with it: else the rest of such a request would be answered as somebody's next one. The rules are rows of one table
// (framing.cpp), each with its source. Thread: any.
#pragma once
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/fault.hpp"

namespace deskline::net {

namespace http = boost::beast::http;
using HttpRequest = http::request<http::string_body>;
using HttpResponse = http::response<http::string_body>;

inline constexpr std::size_t headerBytes = 16'384, bodyBytes = 65'536, fieldLines = 100;

// How many of the bytes are the header, its empty line included; 0: more must come. A broken line end ends it too, and
// `wellFormed` refuses it: the rest of a header that is wrong already is not waited for. `seen`: so many of the bytes
// were looked at before.
std::size_t headerLength(std::string_view bytes, std::size_t seen);

struct Head {
    HttpRequest request;  // without its body. Each name stands once: the lines of a list are joined in their order (RFC
                          // 9110 §5.3)
    std::uint64_t length = 0;  // of the body, where it is not in chunks
    bool chunked = false;
    bool awaitsContinue = false;  // the client sends the body when it is told to (RFC 9110 §10.1.1)
};
// The target is in origin-form or "*"; of an absolute one the host has become Host. Faults: bad-request,
// header-too-large, body-too-large, expectation-failed; each ends the connection.
Result<Head> wellFormed(std::string_view header);

// The lines of a header or of a trailer, the empty one that ends it included. The fault says which rule one of them
// breaks.
struct FieldLine {
    std::string_view name, value;
};
Result<std::vector<FieldLine>> fieldsIn(std::string_view text);
bool mayBeInValue(unsigned char c);  // RFC 9110 §5.5: visible, space, tab, or beyond ASCII

}  // namespace deskline::net
