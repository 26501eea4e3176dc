// Request bodies of every shape; the first byte chooses the shape.
#include "api/resources/resources.hpp"

#include "api/request.hpp"
#include "fuzz.hpp"

namespace deskline::fuzz {
namespace {

template <class Body>
void read(std::string text) {
    api::Request request;
    const auto bytes = text.size();
    request.body = api::Body::ofText(text);
    const auto body = api::parseBody<Body>(request);
    if (!body) {
        isProblem(body.error());
        for (const auto& error : body.error().errors) HOLDS(error.pointer.empty() || error.pointer.starts_with('/'));
        const auto answer = api::problem(body.error(), "1");
        HOLDS(answer.status == 400 || answer.status == 422);
        HOLDS(!boost::json::serialize(answer.body).empty());
        return;
    }
    if constexpr (requires { body->pin; }) {  // nothing writes a PIN
        HOLDS(!body->pin || body->pin->size() <= bytes);
    } else {
        const auto written = toJson(*body);
        request.body = api::Body::ofJson(written);
        const auto again = api::parseBody<Body>(request);
        HOLDS(again.has_value() && alike(toJson(*again), written));
    }
}

using Shapes =
    boost::mp11::mp_list<api::SignInBody, api::AgentStateBody, api::CreateSessionBody, api::SessionStateBody,
                         api::AudioDeviceBody, api::AudioSessionBody, api::TicketBody, api::CreateWebhookBody,
                         api::ChangeWebhookBody, api::ReplayWebhookBody, api::LogLevelBody>;

}  // namespace

void one(std::string_view input) {
    if (input.empty()) return;
    constexpr auto count = boost::mp11::mp_size<Shapes>::value;
    const auto which = static_cast<unsigned char>(input[0]) % count;
    boost::mp11::mp_with_index<count>(
        which, [&](auto at) { read<boost::mp11::mp_at<Shapes, decltype(at)>>(std::string(input.substr(1))); });
}

}  // namespace deskline::fuzz
