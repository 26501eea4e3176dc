#include "net/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url.hpp>
#ifdef _WIN32
#include <wincrypt.h>
#endif

#include "model/files.hpp"

namespace deskline::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using error_code = boost::system::error_code;

constexpr std::size_t answerRead = 1 << 20, answerKept = 1024;
constexpr int mostRedirects = 3;

struct Target {
    std::string host, port, path;  // path with the query
    bool tls = false;
};

Target targetOf(const boost::urls::url_view& url) {
    Target target{url.host_address(), url.has_port() ? std::string(url.port()) : std::string(url.scheme() == "https" ? "443" : "80"),
                  std::string(url.encoded_target()), url.scheme() == "https"};
    if (target.path.empty() || target.path[0] != '/') target.path.insert(0, "/");
    return target;
}

// What an answer said in its first KiB, as text that JSON can hold.
std::string firstKiB(const std::string& body) {
    auto text = body.substr(0, answerKept);
    for (char& c : text)
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || (c & 0x80) != 0) c = '?';
    return text;
}

struct Answer {
    error_code error;
    std::string what;  // could not be done
    http::response<http::string_body> response = {};
};

template <class Stream>
asio::awaitable<Answer> converse(Stream& stream, const http::request<http::string_body>& request) {
    Answer answer;
    auto token = asio::redirect_error(asio::use_awaitable, answer.error);
    co_await http::async_write(stream, request, token);
    if (answer.error) {
        answer.what = "The request could not be sent";
        co_return answer;
    }
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(answerRead);
    co_await http::async_read(stream, buffer, parser, token);
    if (parser.is_header_done() && (!answer.error || answer.error == http::error::body_limit || answer.error == http::error::partial_message))
        answer.error = {};
    answer.what = "There was no answer";
    answer.response = parser.release();
    co_return answer;
}

asio::awaitable<Answer> once(const Target& target, http::verb method, const api::Post& what, const ClientOptions& options, asio::ssl::context& tls) {
    Answer answer;
    auto token = asio::redirect_error(asio::use_awaitable, answer.error);
    const auto failed = [&](std::string what) {
        answer.what = std::move(what);
        return answer;
    };
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    const auto endpoints = co_await resolver.async_resolve(target.host, target.port, token);
    if (answer.error) co_return failed("The name " + target.host + " could not be resolved");
    std::vector<tcp::endpoint> allowed;
    for (const auto& entry : endpoints)
        if (options.allowPrivateNetworks || !isPrivate(entry.endpoint().address())) allowed.push_back(entry.endpoint());
    if (allowed.empty()) {
        answer.error = asio::error::access_denied;
        co_return failed(target.host + " is in a private network, and [" + options.section + "] allow_private_networks is false");
    }
    http::request<http::string_body> request{method, target.path, 11, what.body};
    request.set(http::field::host, target.host + ":" + target.port);
    request.set(http::field::user_agent, "Deskline/" DESKLINE_VERSION);
    request.set(http::field::connection, "close");
    for (const auto& [name, value] : what.headers) request.set(name, value);
    request.prepare_payload();

    boost::beast::ssl_stream<boost::beast::tcp_stream> stream(boost::beast::tcp_stream(executor), tls);
    auto& plain = boost::beast::get_lowest_layer(stream);
    plain.expires_after(options.timeout);
    co_await plain.async_connect(allowed, token);
    if (answer.error) co_return failed("No connection to " + target.host + " port " + target.port);
    if (!target.tls) co_return co_await converse(plain, request);
    SSL_set_tlsext_host_name(stream.native_handle(), target.host.c_str());
    stream.set_verify_callback(asio::ssl::host_name_verification(target.host));
    co_await stream.async_handshake(asio::ssl::stream_base::client, token);
    if (answer.error) co_return failed("The TLS handshake with " + target.host + " failed");
    co_return co_await converse(stream, request);
}

// Follows redirects within the host; the answer's error says why there is none.
asio::awaitable<Answer> exchanged(http::verb method, api::Post what, const ClientOptions& options, asio::ssl::context& tls) {
    const auto refused = [](const char* why) { return Answer{asio::error::access_denied, why}; };
    auto url = boost::urls::url(boost::urls::parse_uri(what.url).value());
    for (int redirects = 0;; ++redirects) {
        const auto target = targetOf(url);
        auto answer = co_await once(target, method, what, options, tls);
        if (answer.error) co_return answer;
        const auto status = static_cast<int>(answer.response.result_int());
        const std::string_view location = answer.response[http::field::location];
        if ((status != 307 && status != 308) || location.empty()) co_return answer;
        boost::urls::url next;
        const auto parsed = boost::urls::parse_uri_reference(location);
        if (!parsed || !boost::urls::resolve(url, *parsed, next)) co_return refused("It redirects to what is no URL");
        const auto there = targetOf(next);
        if (there.host != target.host || there.port != target.port || there.tls != target.tls)
            co_return refused("It redirects to another host; give that URL instead");
        if (redirects == mostRedirects) co_return refused("It redirects in a circle");
        url = next;
    }
}

std::string inWords(const Answer& answer) { return answer.what + ": " + answer.error.message() + "."; }

#ifdef _WIN32
// OpenSSL knows nothing of Windows' certificate store.
void trustHostAuthorities(SSL_CTX* context) {
    const HCERTSTORE store = CertOpenSystemStoreW(0, L"ROOT");
    if (!store) return;
    for (PCCERT_CONTEXT found = nullptr; (found = CertEnumCertificatesInStore(store, found));) {
        const unsigned char* bytes = found->pbCertEncoded;
        if (X509* certificate = d2i_X509(nullptr, &bytes, static_cast<long>(found->cbCertEncoded))) {
            X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
            X509_free(certificate);
        }
    }
    CertCloseStore(store, 0);
}
#else
void trustHostAuthorities(SSL_CTX* context) { SSL_CTX_set_default_verify_paths(context); }
#endif

}  // namespace

bool isPrivate(const asio::ip::address& address) {
    if (address.is_loopback() || address.is_unspecified() || address.is_multicast()) return true;
    if (address.is_v6()) {
        const auto v6 = address.to_v6();
        if (v6.is_v4_mapped()) return isPrivate(asio::ip::make_address_v4(asio::ip::v4_mapped, v6));
        const auto bytes = v6.to_bytes();
        return v6.is_link_local() || v6.is_site_local() || (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0 && bytes[1] == 0x64);  // unique local; NAT64
    }
    const auto number = address.to_v4().to_uint();
    const auto in = [number](std::uint32_t network, int bits) { return (number ^ network) >> (32 - bits) == 0; };
    return in(0x00000000, 8) || in(0x0a000000, 8) || in(0x64400000, 10) || in(0xa9fe0000, 16) || in(0xac100000, 12) || in(0xc0000000, 24) ||
           in(0xc0a80000, 16) || in(0xc6120000, 15) || in(0xf0000000, 4);
}

Client::Client(ClientOptions options) : options_(std::move(options)), tls_(asio::ssl::context::tls_client) {
    SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
    tls_.set_verify_mode(asio::ssl::verify_peer);
    trustHostAuthorities(tls_.native_handle());
    error_code error;
    if (!options_.authorities.empty()) {
        if (const auto there = readExisting(options_.authorities); !there)
            throw std::runtime_error("[" + options_.section + "] authorities: " + there.error().detail);
        tls_.load_verify_file(options_.authorities.string(), error);
    }
    if (error)
        throw std::runtime_error("[" + options_.section + "] authorities = \"" + options_.authorities.string() + "\" cannot be read: " + error.message() + ".");
    thread_ = std::thread([this] {
        const auto busy = asio::make_work_guard(io_);
        io_.run();
    });
}

Client::~Client() {
    io_.stop();
    thread_.join();
}

void Client::post(api::Post what, std::function<void(api::PostOutcome)> done) {
    asio::co_spawn(io_, exchanged(http::verb::post, std::move(what), options_, tls_),
                   [done = std::move(done)](const std::exception_ptr& failed, const Answer& answer) {
                       if (failed) return done({{}, "The post failed by an exception.", {}});
                       if (answer.error) return done({{}, inWords(answer), {}});
                       done({static_cast<int>(answer.response.result_int()), {}, firstKiB(answer.response.body())});
                   });
}

void Client::get(const std::string& url, std::function<void(Result<std::string>)> done) {
    const auto fault = [url](const std::string& what) { return Fault{"resource-unavailable", url + " could not be had. " + what}; };
    if (!boost::urls::parse_uri(url)) return done(fault("It is no URL."));
    asio::co_spawn(io_, exchanged(http::verb::get, {url, {}, {}}, options_, tls_),
                   [done = std::move(done), fault](const std::exception_ptr& failed, const Answer& answer) {
                       if (failed) return done(fault("It failed by an exception."));
                       if (answer.error) return done(fault(inWords(answer)));
                       if (answer.response.result() != http::status::ok)
                           return done(fault("The answer was " + std::to_string(answer.response.result_int()) + "."));
                       done(Result<std::string>(boost::system::in_place_value, answer.response.body()));
                   });
}

}  // namespace deskline::net
