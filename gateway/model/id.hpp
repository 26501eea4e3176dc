// Stable ids: the same parts give the same id in every run, so that links and cursors stay valid over a restart.
// Thread: any.
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "model/ids.hpp"
#include "model/time.hpp"

namespace deskline {

// 16 hexadecimal digits of the SHA-256 of the parts, each ended by a byte that no part contains.
std::string stableId(std::initializer_list<std::string_view> parts);
// TAPI 3 gives these objects a name and no identifier: an id is made of the names that lead to the object.
HandlerId handlerId(const HandlerName& handler);
GroupId groupId(const HandlerName& handler, const GroupName& group);
QueueId queueId(const HandlerName& handler, const GroupName& group, std::string_view queue);
// `nth`: the how-many of the lines that the provider gives this name, from 1, in the provider's order.
AddressId addressId(std::string_view provider, const AddressName& address, std::size_t nth = 1);
// ITAgentSession has no identifier: the same session keeps its id when the gateway starts again.
SessionId sessionId(const HandlerName& handler, const AgentId& agent, const GroupName& group,
                    const AddressName& address, Time startedAt);
// `number`: what the provider calls the call by (CIL_CALLID); it tells apart the calls that a line has at one time.
CallId callId(const AddressId& line, std::uint32_t number);
// Of IAudioSessionControl2::GetSessionInstanceIdentifier, which IAudioVolumeDuckNotification names a session by too.
AudioSessionId audioSessionId(std::string_view instance);
std::string digest(std::string_view text);  // SHA-256, hexadecimal
std::string randomId(std::size_t bytes);    // hexadecimal, from the system's secure generator

}  // namespace deskline
