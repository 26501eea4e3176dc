#include "net/message.hpp"

namespace deskline::net {

Result<Message> readMessage(std::string_view text) {
    boost::json::error_code error;
    const auto value = boost::json::parse({text.data(), text.size()}, error);
    if (error) return Fault{"bad-json", error.message()};
    Message message;
    std::vector<FieldError> errors;
    fromJson(value, message, "", errors);
    if (errors.empty()) return message;
    auto detail = errors[0].pointer + " " + errors[0].detail;
    return Fault{"invalid-argument", std::move(detail), {}, {}, false, std::move(errors)};
}

}  // namespace deskline::net
