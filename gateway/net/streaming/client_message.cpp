#include "net/streaming/client_message.hpp"

#include <algorithm>

#include "api/target.hpp"
#include "model/text.hpp"

namespace deskline::net {
namespace {

namespace json = boost::json;

constexpr std::size_t longestId = 64;  // of a command

bool isId(std::string_view id) {
    return !id.empty() && id.size() <= longestId &&
           std::ranges::all_of(id, [](char c) { return c > 0x20 && c < 0x7f; });
}

// A name of a message's member, or "": what is no such name is the client's own text.
std::string knownName(std::string_view pointer) {
    std::string known;
    const auto name = pointer.substr(std::min<std::size_t>(pointer.size(), 1),
                                     pointer.find('/', 1) - std::min<std::size_t>(pointer.size(), 1));
    boost::mp11::mp_for_each<boost::describe::describe_members<Message, boost::describe::mod_any_access>>(
        [&](auto member) {
            if (name == member.name) known = " /" + std::string(name);
        });
    return known;
}

}  // namespace

boost::system::result<Message, Unreadable> readMessage(std::string_view text) {
    json::error_code error;
    auto value = json::parse({text.data(), text.size()}, error);
    if (error) return Unreadable{"bad-json", error.message()};
    Message message;
    std::vector<FieldError> errors;
    fromJson(value, message, "", errors);
    wipe(value);  // a token, a PIN
    if (!errors.empty())
        return Unreadable{"bad-field" + knownName(errors[0].pointer), errors[0].pointer + " " + errors[0].detail};
    if (message.id && !isId(*message.id))
        return Unreadable{"bad-field /id", "/id must have 1 to 64 visible ASCII characters"};
    return message;
}

api::Request requestOf(Message command, const std::string& connection, const identity::Identity& identity,
                       const ClientInfo& client, bool& whole) {
    api::Request request;
    request.method = *command.method;
    whole = api::parseTarget(*command.path, request.path, request.query);
    if (command.body) request.body = api::Body::ofJson(std::move(*command.body));
    request.headers["content-type"] = "application/json";
    if (command.headers && command.headers->is_object())
        for (const auto& field : command.headers->get_object()) {
            if (field.value().is_string())
                request.headers[lower(std::string_view(field.key()))] = std::string(field.value().get_string());
        }
    request.requestId = api::requestIdFrom(request, connection + "-" + *command.id);
    request.identity = identity;
    request.address = client.address;
    request.origin = client.origin;
    return request;
}

}  // namespace deskline::net
