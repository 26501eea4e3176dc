#include "net/streaming/messages.hpp"

namespace deskline::net {

namespace json = boost::json;

std::string messageOf(std::string_view prefix, std::string_view object) {
    std::string message;
    message.reserve(messageBytes(prefix, object));
    return message.append(prefix).append(object.substr(1));
}

std::size_t messageBytes(std::string_view prefix, std::string_view object) { return prefix.size() + object.size() - 1; }

std::string welcomeMessage(const Welcome& welcome, const events::SubscriptionStart& start) {
    const auto list = [](const auto& texts) { return json::array(texts.begin(), texts.end()); };
    const auto& identity = welcome.identity;
    return json::serialize(json::object{{"op", "welcome"},
                                        {"protocol", 1},
                                        {"gateway", welcome.gateway},
                                        {"connection", welcome.connection},
                                        {"cursor", start.cursor},
                                        {"resumed", start.resumed},
                                        {"heartbeat", welcome.heartbeatSeconds},
                                        {"identity",
                                         {{"subject", identity.subject},
                                          {"role", name(identity.role)},
                                          {"agents", list(identity.agents)},
                                          {"groups", list(identity.groups)},
                                          {"scopes", list(identity.scopes)}}},
                                        {"capabilities", start.capabilities}});
}

std::string resetMessage(std::string_view reason) {
    return json::serialize(json::object{{"op", "reset"}, {"reason", reason}});
}

std::string refreshedMessage(std::int64_t expires) {
    return json::serialize(json::object{{"op", "refreshed"}, {"expires", expires}});
}

std::string errorMessage(std::string_view reason, std::string_view detail) {
    return json::serialize(json::object{{"op", "error"}, {"reason", reason}, {"detail", detail}});
}

std::string resultMessage(std::string_view id, const api::Response& response) {
    auto message = json::serialize(json::object{{"op", "result"}, {"id", id}, {"status", response.status}});
    message.pop_back();
    message += R"(,"body":)";
    message += response.text.empty() ? json::serialize(response.body) : response.text;
    json::object headers;
    for (const auto& [name, value] : response.headers) headers[name] = value;
    if (!headers.empty()) message += R"(,"headers":)" + json::serialize(headers);
    return message += '}';
}

}  // namespace deskline::net
