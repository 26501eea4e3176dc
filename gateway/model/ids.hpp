// Ids and names of things, each a type of its own, so that code that takes an agent's id for a group's name does not
// compile. Each is a std::string and can be read as one. A string becomes an id only by an explicit conversion, where
// it comes in (from a path, a body, a row of the journal, a switch). Thread: values, any.
#pragma once
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace deskline {

template <class Tag>
struct Id : std::string {
    Id() = default;
    Id(const char* text) : std::string(text) {}  // implicit: a literal is written for one place
    explicit Id(std::string text) : std::string(std::move(text)) {}
    explicit Id(std::string_view text) : std::string(text) {}
};

// Comparing two of different types does not compile.
template <class A, class B>
requires(!std::is_same_v<A, B>) bool operator==(const Id<A>&, const Id<B>&) = delete;

using AgentId = Id<struct AgentIdTag>;      // ITAgent::get_ID, or get_User of one who has none
using SessionId = Id<struct SessionIdTag>;  // of an agent session: model/id.hpp, TAPI has none
using CallId = Id<struct CallIdTag>;
using HandlerId = Id<struct HandlerIdTag>;
using HandlerName = Id<struct HandlerNameTag>;  // ITAgentHandler::get_Name
using GroupId = Id<struct GroupIdTag>;
using GroupName = Id<struct GroupNameTag>;  // ITACDGroup::get_Name; sessions, queues and rights go by it
using QueueId = Id<struct QueueIdTag>;
using AddressId = Id<struct AddressIdTag>;
using AddressName = Id<struct AddressNameTag>;  // ITAddress::get_AddressName; sessions and calls go by it
using DeviceId = Id<struct DeviceIdTag>;        // of an audio device
using AudioSessionId = Id<struct AudioSessionIdTag>;

}  // namespace deskline
