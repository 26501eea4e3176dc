#include "api/headers.hpp"

#include <algorithm>

namespace deskline::api {
namespace {

// "0", "0.5", "1.000"; what is broken counts as 1.
double weight(std::string_view element) {
    for (auto at = element.find(';'); at != std::string_view::npos; at = element.find(';', at + 1)) {
        auto parameter = trimmed(element.substr(at + 1, element.find(';', at + 1) - at - 1));
        if (parameter.size() < 3 || !same(parameter.substr(0, 2), "q=")) continue;
        parameter.remove_prefix(2);
        double value = 0, place = 1;
        for (const char c : parameter) {
            if (c == '.') continue;
            if (c < '0' || c > '9') return 1;
            value += (c - '0') * place;
            place /= 10;
        }
        return std::min(value, 1.0);
    }
    return 1;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool same(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b,
                              [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::vector<std::string_view> elements(std::string_view field) {
    std::vector<std::string_view> all;
    while (!field.empty()) {
        const auto one = trimmed(field.substr(0, field.find(',')));
        if (!one.empty()) all.push_back(one);
        field.remove_prefix(
            std::min(field.size(), field.find(',') == std::string_view::npos ? field.size() : field.find(',') + 1));
    }
    return all;
}

double accepted(std::string_view accept, std::string_view type) {
    const auto ranges = elements(accept);
    if (ranges.empty()) return 1;
    int exactness = -1;
    double found = 0;
    for (const auto range : ranges) {
        const auto name = trimmed(range.substr(0, range.find(';')));
        const auto slash = type.find('/');
        const int exact = same(name, type)                                                                           ? 2
                          : name.ends_with("/*") && same(name.substr(0, name.size() - 1), type.substr(0, slash + 1)) ? 1
                          : name == "*/*"                                                                            ? 0
                                          : -1;
        if (exact <= exactness) continue;
        exactness = exact;
        found = weight(range);
    }
    return found;
}

double acceptedCoding(std::string_view acceptEncoding, std::string_view coding) {
    double any = 0;
    for (const auto element : elements(acceptEncoding)) {
        const auto name = trimmed(element.substr(0, element.find(';')));
        if (same(name, coding)) return weight(element);
        if (name == "*") any = weight(element);
    }
    return any;
}

}  // namespace deskline::api
