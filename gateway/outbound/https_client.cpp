#include "outbound/https_client.hpp"

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

#include "model/files.hpp"
#include "model/host_text.hpp"
#include "model/special_networks.hpp"
#include "model/uri.hpp"
#include "outbound/host_authorities.hpp"

namespace deskline::outbound {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using error_code = boost::system::error_code;

constexpr std::size_t answerRead = 1 << 20, answerKept = 1024;
constexpr int mostRedirects = 3;

struct Target {
    std::string host, path;  // path with the query
    std::uint16_t port = 0;
    bool tls = false;
};

Target targetOf(const boost::urls::url_view& url) {
    const bool tls = url.scheme() == "https";
    const bool named = url.has_port() && !url.port().empty();
    Target target{url.host_address(), std::string(url.encoded_target()),
                  named ? url.port_number() : static_cast<std::uint16_t>(tls ? 443 : 80), tls};
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

using Clock = std::chrono::steady_clock;

struct Means {  // that an exchange works with
    const ClientOptions& options;
    asio::ssl::context& tls;
    Resolver& resolver;
    Clock::time_point until;
};

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
    if (parser.is_header_done() &&
        (!answer.error || answer.error == http::error::body_limit || answer.error == http::error::partial_message))
        answer.error = {};
    answer.what = "There was no answer";
    answer.response = parser.release();
    co_return answer;
}

// The addresses of a name that may be connected to. Clear text goes to loopback alone, whatever the name resolves to.
std::vector<tcp::endpoint> allowed(const Addresses& addresses, const Target& target, const ClientOptions& options) {
    std::vector<tcp::endpoint> endpoints;
    for (const auto& address : addresses)
        if ((options.allowPrivateNetworks || isPublic(address)) && (target.tls || isLoopback(address)))
            endpoints.emplace_back(address, target.port);
    return endpoints;
}

asio::awaitable<Answer> once(const Target& target, http::verb method, const Post& what, const Means& means) {
    Answer answer;
    auto token = asio::redirect_error(asio::use_awaitable, answer.error);
    const auto failed = [&](std::string why) {
        answer.what = std::move(why);
        return answer;
    };
    const auto& options = means.options;
    const auto executor = co_await asio::this_coro::executor;
    const auto addresses = co_await means.resolver.resolve(target.host, what.owner, means.until, answer.error);
    if (answer.error) co_return failed("The name " + target.host + " could not be resolved");
    const auto endpoints = allowed(addresses, target, options);
    if (endpoints.empty()) {
        answer.error = asio::error::access_denied;
        if (options.allowPrivateNetworks)
            co_return failed(target.host + " is not loopback, and http is for loopback alone");
        co_return failed(target.host + " is in a private network, and [" + options.section +
                         "] allow_private_networks is false");
    }
    http::request<http::string_body> request{method, target.path, 11, what.body};
    const bool v6 = target.host.find(':') != std::string::npos;
    request.set(http::field::host, (v6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port));
    request.set(http::field::user_agent, "Deskline/" DESKLINE_VERSION);
    request.set(http::field::connection, "close");
    for (const auto& [name, value] : what.headers) request.set(name, value);
    request.prepare_payload();

    boost::beast::ssl_stream<boost::beast::tcp_stream> stream(boost::beast::tcp_stream(executor), means.tls);
    auto& plain = boost::beast::get_lowest_layer(stream);
    plain.expires_at(means.until);
    co_await plain.async_connect(endpoints, token);
    if (answer.error) co_return failed("No connection to " + target.host + " port " + std::to_string(target.port));
    if (!target.tls) co_return co_await converse(plain, request);
    SSL_set_tlsext_host_name(stream.native_handle(), target.host.c_str());
    stream.set_verify_callback(asio::ssl::host_name_verification(target.host));
    co_await stream.async_handshake(asio::ssl::stream_base::client, token);
    if (answer.error) co_return failed("The TLS handshake with " + target.host + " failed");
    co_return co_await converse(stream, request);
}

// Follows redirects within the host; the answer's error says why there is none.
asio::awaitable<Answer> exchanged(http::verb method, Post what, Means means) {
    const auto refused = [](const char* why) { return Answer{asio::error::access_denied, why}; };
    auto url = boost::urls::url(parseUri(what.url).value());
    for (int redirects = 0;; ++redirects) {
        const auto target = targetOf(url);
        auto answer = co_await once(target, method, what, means);
        if (answer.error) co_return answer;
        const auto status = static_cast<int>(answer.response.result_int());
        const std::string_view location = answer.response[http::field::location];
        if ((status != 307 && status != 308) || location.empty()) co_return answer;
        boost::urls::url next;
        const auto parsed = parseUriReference(location);
        if (!parsed || !boost::urls::resolve(url, *parsed, next)) co_return refused("It redirects to what is no URL");
        const auto there = targetOf(next);
        if (there.host != target.host || there.port != target.port || there.tls != target.tls)
            co_return refused("It redirects to another host; give that URL instead");
        if (redirects == mostRedirects) co_return refused("It redirects in a circle");
        url = next;
    }
}

std::string inWords(const Answer& answer) { return answer.what + ": " + answer.error.message() + "."; }

}  // namespace

HttpsClient::HttpsClient(ClientOptions options) : options_(std::move(options)), tls_(asio::ssl::context::tls_client) {
    SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
    tls_.set_verify_mode(asio::ssl::verify_peer);
    trustHostAuthorities(tls_.native_handle());
    error_code error;
    if (!options_.authorities.empty()) {
        if (const auto there = readExisting(options_.authorities); !there)
            throw std::runtime_error("[" + options_.section + "] authorities: " + there.error().detail);
        tls_.load_verify_file(textOf(options_.authorities), error);
    }
    if (error)
        throw std::runtime_error("[" + options_.section + "] authorities = \"" + textOf(options_.authorities) +
                                 "\" cannot be read: " + error.message() + ".");
    thread_ = std::thread([this] {
        const auto busy = asio::make_work_guard(io_);
        io_.run();
    });
}

HttpsClient::~HttpsClient() { stop(); }

void HttpsClient::stop() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
}

void HttpsClient::post(Post what, std::function<void(PostOutcome)> done) {
    asio::co_spawn(
        io_, exchanged(http::verb::post, std::move(what), {options_, tls_, resolver_, Clock::now() + options_.timeout}),
        [done = std::move(done)](const std::exception_ptr& failed, const Answer& answer) {
            if (failed) return done({{}, "The post failed by an exception.", {}});
            if (answer.error) return done({{}, inWords(answer), {}});
            done({static_cast<int>(answer.response.result_int()), {}, firstKiB(answer.response.body())});
        });
}

void HttpsClient::get(const std::string& url, std::function<void(Result<std::string>)> done) {
    const auto fault = [url](const std::string& what) {
        return Fault{"resource-unavailable", url + " could not be had. " + what};
    };
    if (!parseUri(url)) return done(fault("It is no URL."));
    asio::co_spawn(
        io_, exchanged(http::verb::get, {url, {}, {}}, {options_, tls_, resolver_, Clock::now() + options_.timeout}),
        [done = std::move(done), fault](const std::exception_ptr& failed, const Answer& answer) {
            if (failed) return done(fault("It failed by an exception."));
            if (answer.error) return done(fault(inWords(answer)));
            if (answer.response.result() != http::status::ok)
                return done(fault("The answer was " + std::to_string(answer.response.result_int()) + "."));
            done(answer.response.body());
        });
}

}  // namespace deskline::outbound
