#include "automation/webhooks/receiver.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <boost/url.hpp>
#include <stdexcept>

#include "model/special_networks.hpp"
#include "model/uri.hpp"

namespace deskline::automation {
namespace {

constexpr std::string_view secretPrefix = "whsec_";

std::string base64(std::string_view bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3), '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    return out;
}

std::optional<std::string> unbase64(std::string_view text) {
    if (text.empty() || text.size() % 4) return std::nullopt;
    std::string out(text.size() / 4 * 3, '\0');
    const int length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (length < 0) return std::nullopt;
    out.resize(static_cast<std::size_t>(length) - (text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0));
    return out;
}

// "127.0.0.1.example" is read as an address with a path that has no slash (Boost.URL 1.81).
bool hasWholeHost(const boost::urls::url_view& url) {
    return url.encoded_path().empty() || url.encoded_path().starts_with("/");
}

}  // namespace

std::string newSecret() {
    std::string bytes(32, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("the system has no random numbers");
    return std::string(secretPrefix) + base64(bytes);
}

bool isSecret(std::string_view text) {
    if (!text.starts_with(secretPrefix)) return false;
    const auto bytes = unbase64(text.substr(secretPrefix.size()));
    return bytes && bytes->size() >= 24 && bytes->size() <= 64;
}

std::string sign(const std::vector<SigningSecret>& secrets, const std::string& id, const std::string& timestamp,
                 const std::string& body) {
    const auto signedText = id + "." + timestamp + "." + body;
    std::string all;
    for (const auto& secret : secrets) {
        const auto key = unbase64(std::string_view(secret.value).substr(secretPrefix.size())).value_or("");
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int length = 0;
        HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(signedText.data()), signedText.size(), digest, &length);
        all += (all.empty() ? "v1," : " v1,") + base64({reinterpret_cast<const char*>(digest), length});
    }
    return all;
}

std::optional<std::string> unfitUrl(const std::string& text) {
    const auto url = parseUri(text);
    if (!url || text.size() > 2048) return "must be an absolute URL of at most 2048 bytes";
    if (url->has_userinfo()) return "must not carry a name or password";
    if (url->has_fragment()) return "must not have a fragment";
    if (url->host().empty()) return "must name a host";
    if (!hasWholeHost(*url)) return "must name a host that does not begin as an address does and go on as a name";
    if (url->has_port() && !url->port().empty() && url->port_number() == 0) return "must have a port from 1 to 65535";
    if (url->scheme() == "https") return std::nullopt;
    if (url->scheme() != "http" || !isLoopbackHost(url->host())) return "must be https (http is for loopback alone)";
    return std::nullopt;
}

}  // namespace deskline::automation
