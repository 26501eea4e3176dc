#include "events/rows.hpp"

namespace deskline::events {

FramePtr frameOf(const Statement& row) {
    Frame meta;
    meta.number = static_cast<std::uint64_t>(row.number(0));
    meta.time = row.number(1);
    meta.type = row.text(2);
    meta.subject = row.text(3);
    meta.concern = {row.text(4), groupsIn(row.text(7))};
    meta.delivery = static_cast<Delivery>(row.number(5));
    return makeFrame(std::move(meta), row.text(6));
}

std::string linesOf(const std::set<std::string>& groups) {
    std::string lines;
    for (const auto& group : groups) lines += group + '\n';
    return lines;
}

std::set<std::string> groupsIn(std::string_view lines) {
    std::set<std::string> groups;
    for (std::size_t end = 0; (end = lines.find('\n')) != std::string_view::npos; lines.remove_prefix(end + 1)) groups.emplace(lines.substr(0, end));
    return groups;
}

}  // namespace deskline::events
