// The address and the secret of a webhook's receiver, as in a request.
#include "automation/webhooks/receiver.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/url.hpp>

#include "fuzz.hpp"
#include "model/special_networks.hpp"
#include "model/uri.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    const std::string text(input);
    if (automation::isSecret(text)) {
        HOLDS(text.size() <= 100);
        HOLDS(automation::sign({{text, {}}}, "1", "2", "{}").starts_with("v1,"));
    }
    boost::system::error_code error;
    if (const auto address = boost::asio::ip::make_address(text, error); !error)
        HOLDS(!(isLoopback(address) && isPublic(address)));
    if (const auto redirect = parseUriReference(text)) {  // as a receiver redirects
        boost::urls::url there;
        (void)boost::urls::resolve(boost::urls::url_view("https://crm.example/hooks/one?a=1"), *redirect, there);
    }
    if (const auto why = automation::unfitUrl(text)) {
        HOLDS(!why->empty());
        return;
    }
    for (const char c : text) HOLDS(c > 0x20 && c < 0x7f);
    const auto url = parseUri(text);
    HOLDS(url && !url->has_userinfo() && !url->host_address().empty());
    if (url->scheme() == "https") return;
    const std::string host = url->host_address();
    const auto address = boost::asio::ip::make_address(host, error);
    HOLDS(url->scheme() == "http" &&
          (boost::algorithm::to_lower_copy(host) == "localhost" ||
           boost::algorithm::to_lower_copy(host) == "localhost." || (!error && isLoopback(address))));
}

}  // namespace deskline::fuzz
