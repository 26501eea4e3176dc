#include "model/id.hpp"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <new>
#include <stdexcept>
#include <vector>

namespace deskline {
namespace {

std::string hexOf(const unsigned char* bytes, std::size_t count) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * count);
    for (std::size_t i = 0; i < count; ++i) {
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15];
    }
    return text;
}

}  // namespace

std::string stableId(std::initializer_list<std::string_view> parts) {
    std::string joined;
    for (auto part : parts) {
        joined += part;
        joined += '\x1f';
    }
    return digest(joined).substr(0, 16);
}

std::string digest(std::string_view text) {
    unsigned char bytes[SHA256_DIGEST_LENGTH];
    if (!SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes)) throw std::bad_alloc();
    return hexOf(bytes, sizeof bytes);
}

HandlerId handlerId(const HandlerName& handler) { return HandlerId(stableId({"handler", handler})); }

GroupId groupId(const HandlerName& handler, const GroupName& group) {
    return GroupId(stableId({"group", handler, group}));
}

QueueId queueId(const HandlerName& handler, const GroupName& group, std::string_view queue) {
    return QueueId(stableId({"queue", handler, group, queue}));
}

AddressId addressId(std::string_view provider, const AddressName& address, std::size_t nth) {
    return AddressId(nth == 1 ? stableId({"address", provider, address})
                              : stableId({"address", provider, address, std::to_string(nth)}));
}

SessionId sessionId(const HandlerName& handler, const AgentId& agent, const GroupName& group,
                    const AddressName& address, Time startedAt) {
    return SessionId(stableId({"session", handler, agent, group, address, toRfc3339(startedAt)}));
}

CallId callId(const AddressId& line, std::uint32_t number) {
    return CallId("call-" + stableId({"call", line, std::to_string(number)}));
}

AudioSessionId audioSessionId(std::string_view instance) {
    return AudioSessionId(stableId({"audio-session", instance}));
}

std::string randomId(std::size_t bytes) {
    std::vector<unsigned char> random(bytes);
    if (RAND_bytes(random.data(), static_cast<int>(bytes)) != 1)
        throw std::runtime_error("the system has no random numbers");
    return hexOf(random.data(), bytes);
}

}  // namespace deskline
