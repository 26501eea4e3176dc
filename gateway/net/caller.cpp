#include "net/caller.hpp"

#include <openssl/crypto.h>

#include "api/audit.hpp"
#include "api/headers.hpp"
#include "model/time.hpp"
#include "net/outside.hpp"

namespace deskline::net {
namespace {

const Fault bearerWanted{"not-authorized", "Send Authorization: Bearer with a token or a key; `deskline token` and `deskline key create` make one."};

// Counted, audited, and slowed down. What is slowed down already leaves no entry for each try, so that nobody fills the journal.
Fault refused(Site& site, const From& from, api::Attempt what, Fault fault) {
    auto& gateway = site.gateway;
    const auto who = "address " + from.address;
    const int wait = gateway.throttle.wait(who);
    gateway.throttle.failed(who);
    gateway.refusals.count(what, wait > 0);
    if (wait == 0) {
        api::audit(gateway, {.action = std::string(name(what)),
                             .outcome = fault.slug,
                             .status = problem(fault.slug).status,
                             .address = from.address,
                             .origin = api::given(from.origin),
                             .detail = fault.detail});
        return fault;
    }
    Fault slower{"too-many-requests", "Too many attempts from " + from.address + " were refused; the last one: " + fault.detail};
    slower.retryAfter = wait;
    return slower;
}

asio::awaitable<Result<identity::Identity>> identified(Site& site, Shard& shard, std::string credential, bool hurried) {
    using Identified = Result<identity::Identity>;
    co_return co_await fromOutside(shard, Leaving::reads_over, Identified(leavingFault),
                                   [&site, hurried, shown = std::move(credential)](std::function<void(Identified)> done) mutable {
                                       site.gateway.authenticator->identify(std::move(shown), now(), hurried, std::move(done));
                                   });
}

}  // namespace

From fromOf(const HttpRequest& request, const Channel& channel, const Site& site) {
    From from{clientAddress(site.trustedProxies, channel.peer(), std::string_view(request["X-Forwarded-For"])), std::string(request[http::field::origin]),
              false, channel.certificateNames()};
    from.origin = api::printable(from.origin);
    from.ownPage = from.origin.empty() && request["Sec-Fetch-Site"] == "same-origin";
    return from;
}

std::optional<Fault> refusedOrigin(const From& from, const HttpRequest& request, Site& site) {
    if (originAllowed(site, request[http::field::origin], request[http::field::host])) return std::nullopt;
    return refused(site, from, api::Attempt::origin, {"forbidden", "The origin " + from.origin + " is not on the list [server] allowed_origins."});
}

asio::awaitable<Result<identity::Identity>> believed(Site& site, Shard& shard, std::string credential, const From& from) {
    const bool hurried = site.gateway.throttle.wait("address " + from.address) > 0;  // then nothing is tried that costs much
    const auto what = identity::looksLikeKey(credential) ? api::Attempt::key : api::Attempt::token;
    auto identity = co_await identified(site, shard, std::move(credential), hurried);
    if (!identity && identity.error().slug == leavingFault.slug) co_return identity;  // nobody has looked at it
    if (!identity) co_return refused(site, from, what, identity.error());
    co_return identity;
}

asio::awaitable<Result<std::optional<identity::Identity>>> whoAsks(Site& site, Shard& shard, const HttpRequest& request, const From& from,
                                                                   const std::string* ticket) {
    if (ticket) {
        const auto origin = from.ownPage ? "https://" + std::string(request[http::field::host]) : from.origin;
        auto identity = site.gateway.tickets.redeem(*ticket, origin, secondsNow());
        if (!identity) co_return refused(site, from, api::Attempt::ticket, identity.error());
        co_return std::optional(std::move(*identity));
    }
    const std::string_view authorization = request[http::field::authorization];
    if (authorization.empty()) {
        if (from.certificate.empty()) co_return std::optional<identity::Identity>();
        auto identity = site.gateway.authenticator->certificate(from.certificate, now());
        if (!identity) co_return refused(site, from, api::Attempt::certificate, identity.error());
        co_return std::optional(std::move(*identity));
    }
    if (!boost::beast::iequals(authorization.substr(0, 7), "bearer ")) co_return refused(site, from, api::Attempt::token, bearerWanted);
    auto identity = co_await believed(site, shard, std::string(authorization.substr(7)), from);
    if (!identity) co_return identity.error();
    co_return std::optional(std::move(*identity));
}

Fault unknownCaller(Site& site, const From& from) { return refused(site, from, api::Attempt::token, bearerWanted); }

Fault beyondLimits(Site& site, const std::string& address, Fault fault) { return refused(site, {address, {}}, api::Attempt::token, std::move(fault)); }

void certificateRefused(Site& site, const std::string& address, const std::string& why) {
    (void)refused(site, {address, {}}, api::Attempt::certificate, {"not-authorized", "The client certificate was refused: " + why + "."});
}

}  // namespace deskline::net
