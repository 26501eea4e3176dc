#include "host/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace deskline::host {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {  // Levenshtein
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& names) {
    const auto found = std::ranges::min_element(names, {}, [&](const auto& name) { return distance(name, word); });
    return found == names.end() ? std::string() : *found;
}

}  // namespace deskline::host
