// The name that somebody who wrote an unknown one may have meant. Thread: any.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace deskline::host {

// The one of the names that the fewest changed, added or left out bytes make of the word (Levenshtein); of several the
// first. "" where there are no names.
std::string nearest(std::string_view word, const std::vector<std::string>& names);

}  // namespace deskline::host
