// The kinds of things that the gateway knows, and their names on the wire. Every kind has one row here, and all code
// takes its names from that row; only the routes of REST (api/router.cpp) are written out as patterns. Thread:
// values, any. Source: CloudEvents 1.0 (type, subject), api/openapi.yaml, api/asyncapi.yaml.
#pragma once
#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "model/values.hpp"

namespace deskline {

// In the order of a visibility's text, which is kept over restarts (events/visibility_log.hpp). A new kind goes to
// the end and changes every such text: after that upgrade each client that comes back begins anew, once.
enum class Kind : std::uint8_t {
    agent_session,
    agent,
    agent_handler,
    acd_group,
    queue,
    call,
    audio_session,
    audio_device,
    audio_ducking,
    audio_meter,
    source,
    webhook,
    address,
};

// What the policy has rows for.
enum class Resource {
    agents,
    sessions,
    calls,
    acd_groups,
    queues,
    lines,
    audio,
    sources,
    webhooks,
    operations,
    administration
};
BOOST_DESCRIBE_ENUM(Resource, agents, sessions, calls, acd_groups, queues, lines, audio, sources, webhooks, operations,
                    administration)

struct KindRow {
    Kind kind;
    std::string_view type;    // of its events
    std::string_view path;    // before its id: the subject of its events; in REST, where it is there, below /api/v1
    std::string_view member;  // the thing in its events' data and in a command's answer; "": it is not told whole
    std::string_view list;    // in a snapshot; "": it is not there
    std::string_view noun;    // for people: "There is no such …."
    Resource resource;        // whose rows of the policy are its own
};

inline constexpr std::string_view typePrefix = "deskline.";  // a topic is a type without it
inline constexpr auto kindRows = std::to_array<KindRow>({
    {Kind::agent_session, "deskline.agent-session", "/sessions/", "session", "sessions", "session", Resource::sessions},
    {Kind::agent, "deskline.agent", "/agents/", "agent", "agents", "agent", Resource::agents},
    {Kind::agent_handler, "deskline.agent-handler", "/agent-handlers/", "handler", "agentHandlers", "agent handler",
     Resource::lines},
    {Kind::acd_group, "deskline.acd-group", "/acd-groups/", "group", "acdGroups", "ACD group", Resource::acd_groups},
    {Kind::queue, "deskline.queue", "/queues/", "queue", "queues", "queue", Resource::queues},
    {Kind::call, "deskline.call", "/calls/", "call", "calls", "call", Resource::calls},
    {Kind::audio_session, "deskline.audio.session", "/audio/sessions/", "session", "audioSessions", "audio session",
     Resource::audio},
    {Kind::audio_device, "deskline.audio.device", "/audio/devices/", "device", "audioDevices", "audio device",
     Resource::audio},
    {Kind::audio_ducking, "deskline.audio.ducking", "/audio/sessions/", "", "", "audio session", Resource::audio},
    {Kind::audio_meter, "deskline.audio.meter", "/audio/sessions/", "", "", "audio session", Resource::audio},
    {Kind::source, "deskline.source", "/sources/", "", "sources", "source", Resource::sources},
    {Kind::webhook, "deskline.webhook", "/webhooks/", "webhook", "", "webhook", Resource::webhooks},
    {Kind::address, "deskline.address", "/addresses/", "address", "addresses", "address", Resource::lines},
});
static_assert(std::ranges::all_of(kindRows, [](const KindRow& row) {
    return &row == &kindRows[static_cast<std::size_t>(row.kind)];
}));

constexpr const KindRow& rowOf(Kind kind) { return kindRows[static_cast<std::size_t>(kind)]; }
// Its things belong to the accounts that made them; those of the other kinds to agents and ACD groups, or to nobody.
constexpr bool ofAccounts(Kind kind) { return rowOf(kind).resource == Resource::webhooks; }
constexpr std::string_view typeOf(Kind kind) { return rowOf(kind).type; }
constexpr std::string_view topicOf(Kind kind) { return rowOf(kind).type.substr(typePrefix.size()); }

// Every kind, and their topics.
inline constexpr auto allKinds = [] {
    std::array<Kind, kindRows.size()> kinds{};
    for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i] = kindRows[i].kind;
    return kinds;
}();
inline constexpr auto allTopics = [] {
    std::array<std::string_view, allKinds.size()> topics{};
    for (std::size_t i = 0; i < topics.size(); ++i) topics[i] = topicOf(allKinds[i]);
    return topics;
}();

constexpr std::optional<Kind> kindOfType(std::string_view type) {  // absent: there are no events of that type
    for (const auto kind : allKinds)
        if (typeOf(kind) == type) return kind;
    return std::nullopt;
}

// The kind of a value.
template <class T>
struct KindOf;
template <>
struct KindOf<Agent> : std::integral_constant<Kind, Kind::agent> {};
template <>
struct KindOf<AgentSession> : std::integral_constant<Kind, Kind::agent_session> {};
template <>
struct KindOf<AgentHandler> : std::integral_constant<Kind, Kind::agent_handler> {};
template <>
struct KindOf<AcdGroup> : std::integral_constant<Kind, Kind::acd_group> {};
template <>
struct KindOf<Queue> : std::integral_constant<Kind, Kind::queue> {};
template <>
struct KindOf<Address> : std::integral_constant<Kind, Kind::address> {};
template <>
struct KindOf<Call> : std::integral_constant<Kind, Kind::call> {};
template <>
struct KindOf<AudioDevice> : std::integral_constant<Kind, Kind::audio_device> {};
template <>
struct KindOf<AudioSession> : std::integral_constant<Kind, Kind::audio_session> {};
template <class T>
inline constexpr Kind kindOf = KindOf<T>::value;

// What the things of a type are called by.
template <class T>
using IdOf = decltype(T::id);

// One thing: on the wire its path and id, "/sessions/4711".
struct ObjectRef {
    Kind kind;
    std::string id;
    std::string text() const { return std::string(rowOf(kind).path) + id; }
    bool operator==(const ObjectRef&) const = default;
    bool operator<(const ObjectRef& other) const { return std::tie(kind, id) < std::tie(other.kind, other.id); }
};

}  // namespace deskline
