#include "api/body.hpp"

#include <algorithm>

#include "model/secret.hpp"

namespace deskline::api {

namespace json = boost::json;

namespace {

bool isDeeperThan(std::size_t depth, const json::value& value) {
    const auto within = [&](const json::value& item) { return isDeeperThan(depth - 1, item); };
    if (const auto* array = value.if_array())
        return depth == 0 || std::ranges::any_of(*array, [&](const auto& item) { return within(item); });
    if (const auto* object = value.if_object())
        return depth == 0 || std::ranges::any_of(*object, [&](const auto& member) { return within(member.value()); });
    return false;
}

}  // namespace

struct Body::State {
    std::string text;  // until it is parsed
    json::value value;
    json::error_code error;
    bool parsed = false;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { wipe(); }

    void parse() {
        if (parsed) return;
        parsed = true;
        value = json::parse(text, error);
        if (!error) deskline::wipe(text);
    }
    void wipe() {
        deskline::wipe(text);
        deskline::wipe(value);
    }
};

Body Body::ofText(std::string& text) {
    Body body;
    if (text.empty()) return body;
    body.state_ = std::make_shared<State>();
    body.state_->text = text;
    deskline::wipe(text);
    return body;
}

Body Body::ofJson(json::value value) {
    Body body;
    body.state_ = std::make_shared<State>();
    body.state_->value = std::move(value);
    body.state_->parsed = true;
    return body;
}

Result<const json::value*> Body::json() const {
    static const json::value none = json::object{};
    if (!state_) return &none;
    state_->parse();
    auto error = state_->error;
    if (!error && isDeeperThan(deepest, state_->value)) error = json::error::too_deep;
    if (error) return Fault{"bad-json", "The body is not JSON: " + error.message() + "."};
    return &state_->value;
}

std::string Body::canonical() const {
    if (!state_) return {};
    state_->parse();
    if (state_->error) return state_->text;
    auto shown = state_->value;
    if (auto* pin = shown.is_object() ? shown.get_object().if_contains("pin") : nullptr) {
        deskline::wipe(*pin);
        shown.get_object().erase("pin");
    }
    return json::serialize(shown);
}

void Body::wipe() const {
    if (state_) state_->wipe();
}

}  // namespace deskline::api
