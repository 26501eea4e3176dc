#include "events/rows.hpp"

#include <spdlog/spdlog.h>

namespace deskline::events {
namespace {

constexpr char escape = '\x1f';  // before a line end that is part of a name

std::set<GroupName> groupsIn(std::string_view lines) {
    std::set<GroupName> groups;
    for (std::size_t end = 0; (end = lines.find('\n')) != std::string_view::npos; lines.remove_prefix(end + 1)) {
        std::string group;
        for (std::size_t i = 0; i < end; ++i)
            if (lines[i] == escape && i + 1 < end)
                group += lines[++i] == 'n' ? '\n' : lines[i];
            else
                group += lines[i];
        groups.emplace(std::move(group));
    }
    return groups;
}

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
    meta.ownership = ownershipIn(*kind, row.text(4), row.text(7));
    meta.delivery = static_cast<Delivery>(row.number(5));
    frames.push_back(makeFrame(std::move(meta), event));
}

std::string linesOf(const std::set<GroupName>& groups) {
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

const std::string& agentColumn(const Frame& frame) {
    if (frame.kind == Kind::webhook) return frame.ownership.owner;
    return frame.ownership.agent;
}

Ownership ownershipIn(Kind kind, std::string agentColumn, std::string_view lines) {
    if (kind == Kind::webhook) return {.groups = groupsIn(lines), .owner = std::move(agentColumn)};
    return {.agent = AgentId(std::move(agentColumn)), .groups = groupsIn(lines)};
}

}  // namespace deskline::events
