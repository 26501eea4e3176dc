// A message of a client on its stream.
#include "net/streaming/client_message.hpp"

#include "fuzz.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    const auto message = net::readMessage(input);
    if (!message) {
        HOLDS(!message.error().detail.empty());
        return;
    }
    const auto written = toJson(*message);
    const auto again = net::readMessage(boost::json::serialize(written));
    HOLDS(again.has_value() && alike(toJson(*again), written));
}

}  // namespace deskline::fuzz
