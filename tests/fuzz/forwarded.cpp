// The client's address behind proxies: a line of trusted networks, a line with the peer's address, then
// X-Forwarded-For.
#include "api/headers.hpp"
#include "fuzz.hpp"
#include "model/address.hpp"
#include "net/transport/peers.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    using namespace net;
    std::vector<std::string> texts;
    for (const auto network : api::elements(line(input))) texts.emplace_back(network);
    const auto trusted = Networks::parse(texts);
    if (!trusted) return isReason(trusted.error());
    const std::string peer(line(input));
    const auto client = clientAddress(*trusted, peer, input);
    const auto from = addressIn(peer), is = addressIn(client);
    if (!from || !trusted->contains(*from)) {  // nobody believes a stranger
        HOLDS(client == peer || (from && is == from));
        return;
    }
    HOLDS(is);
    HOLDS(clientAddress(*trusted, client, "") == client);
    HOLDS(addressKey(*is) == addressKey(client));
    Peers peers({2, 10}, *trusted);
    HOLDS(peers.arrived(*is));
    peers.left(*is);
}

}  // namespace deskline::fuzz
