// A request's target, as it stands in a request line or in a command on the stream.
#include "api/target.hpp"

#include "api/headers.hpp"
#include "fuzz.hpp"

namespace deskline::fuzz {

using namespace api;

namespace {

std::string encoded(std::string_view text) {
    std::string out;
    char escape[4];
    for (const unsigned char c : text) {
        std::snprintf(escape, sizeof escape, "%%%02x", c);
        out += escape;
    }
    return out;
}

}  // namespace

void one(std::string_view input) {
    std::string path;
    std::map<std::string, std::string> query;
    if (!api::parseTarget(input, path, query)) return isProblem(api::brokenTarget());
    HOLDS(input.starts_with(path) && path.find('?') == std::string::npos);
    std::string again = path + "?";
    for (const auto& [name, value] : query) {
        HOLDS(isUtf8(name) && isUtf8(value));
        HOLDS(name.size() + value.size() <= input.size());
        again += encoded(name) + "=" + encoded(value) + "&";
    }
    std::string samePath;
    std::map<std::string, std::string> same;
    HOLDS(api::parseTarget(again, samePath, same));
    HOLDS(samePath == path && same == query);
}

}  // namespace deskline::fuzz
