#include "host/configuration.hpp"

#include <algorithm>
#include <thread>

namespace deskline::host {

std::pair<std::string, std::string> roleNames(const std::string& entry) {
    const auto equals = entry.rfind('=');
    auto theirs = entry.substr(0, equals),
         ours = equals == std::string::npos ? std::string() : entry.substr(equals + 1);
    while (theirs.ends_with(' ')) theirs.pop_back();
    while (ours.starts_with(' ')) ours.erase(0, 1);
    return {std::move(theirs), std::move(ours)};
}

std::size_t shardsOf(const Configuration& configuration) {
    return configuration.server.shards ? static_cast<std::size_t>(configuration.server.shards)
                                       : std::max(1U, std::thread::hardware_concurrency());
}

std::string text(const std::vector<Mistake>& mistakes) {
    std::string all;
    for (const auto& mistake : mistakes)
        all += mistake.where + ": " + (mistake.key.empty() ? "" : mistake.key + " ") + mistake.detail + "\n";
    return all;
}

}  // namespace deskline::host
