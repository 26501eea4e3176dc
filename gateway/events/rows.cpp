#include "events/rows.hpp"

#include <spdlog/spdlog.h>

namespace deskline::events {
namespace {

constexpr char escape = '\x1f';  // before a line end that is part of a name

}  // namespace

void addFrame(std::vector<FramePtr>& frames, const Statement& row) {
    const auto event = row.text(6);
    const auto kind = kindOfType(row.text(2));
    if (!kind || !event.starts_with("{\"") || !event.ends_with('}'))
        return spdlog::error("the event {} in the journal cannot be read and is left alone", row.number(0));
    Frame meta;
    meta.number = static_cast<std::uint64_t>(row.number(0));
    meta.time = row.number(1);
    meta.kind = *kind;
    meta.subject = row.text(3);
    meta.concern = {row.text(4), groupsIn(row.text(7))};
    meta.delivery = static_cast<Delivery>(row.number(5));
    frames.push_back(makeFrame(std::move(meta), event));
}

std::string linesOf(const std::set<std::string>& groups) {
    std::string lines;
    for (const auto& group : groups) {
        for (const char c : group)
            if (c == '\n')
                lines.append({escape, 'n'});
            else if (c == escape)
                lines.append({escape, escape});
            else
                lines += c;
        lines += '\n';
    }
    return lines;
}

std::set<std::string> groupsIn(std::string_view lines) {
    std::set<std::string> groups;
    for (std::size_t end = 0; (end = lines.find('\n')) != std::string_view::npos; lines.remove_prefix(end + 1)) {
        std::string group;
        for (std::size_t i = 0; i < end; ++i)
            if (lines[i] == escape && i + 1 < end)
                group += lines[++i] == 'n' ? '\n' : lines[i];
            else
                group += lines[i];
        groups.insert(std::move(group));
    }
    return groups;
}

}  // namespace deskline::events
