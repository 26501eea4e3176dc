#include "api/target.hpp"

#include <algorithm>

#include "api/headers.hpp"

namespace deskline::api {

bool percentDecode(std::string_view text, std::string& out) {
    const auto digit = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                      : -1;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return false;
        const int high = digit(text[i + 1]), low = digit(text[i + 2]);
        if (high < 0 || low < 0) return false;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return isUtf8(out);
}

bool parseTarget(std::string_view target, std::string& path, std::map<std::string, std::string>& query) {
    const auto mark = target.find('?');
    path = target.substr(0, mark);
    if (mark == std::string_view::npos) return true;
    auto rest = target.substr(mark + 1);
    while (!rest.empty()) {
        const auto pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        std::string key, value;
        if (!percentDecode(pair.substr(0, equals), key)) return false;
        if (equals != std::string_view::npos && !percentDecode(pair.substr(equals + 1), value)) return false;
        query[key] = std::move(value);
    }
    return true;
}

Fault brokenTarget() { return {"bad-request", "The target has a broken percent escape or broken UTF-8."}; }

}  // namespace deskline::api
