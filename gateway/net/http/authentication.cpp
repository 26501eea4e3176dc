#include "net/http/authentication.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "api/audit.hpp"
#include "api/headers.hpp"
#include "model/address.hpp"
#include "model/text.hpp"
#include "model/time.hpp"
#include "net/http/origins.hpp"
#include "net/shard/outside.hpp"

namespace deskline::net {
namespace {

using identity::Shown;

const Fault bearerWanted{
    "not-authorized",
    "Send Authorization: Bearer with a token or a key; `deskline token` and `deskline key create` make one."};

const Fault goneCertificate{"not-authorized",
                            "The client certificate was revoked, has expired, or nobody vouches for it any more."};

// Counted, audited, and where it was a guess (identity/throttle.hpp) slowed down. What is slowed down already leaves no
// entry for each try.
Fault refused(Site& site, const From& from, identity::Attempt what, Fault fault, Shown shown,
              const std::string& of = {}) {
    const auto counters = identity::countersOf(shown, from.address, of);
    auto& context = site.api;
    const int wait = context.guards.throttle.wait(counters);
    context.guards.throttle.failed(counters);
    context.guards.refusals.count(what, wait > 0);
    if (wait == 0) {
        if (context.strangers.mayBeWritten(shown, addressKey(from.address)))
            api::audit(context, {.action = std::string(name(what)),
                                 .outcome = std::string(fault.slug),
                                 .status = fault.slug.problem().status,
                                 .address = from.address,
                                 .origin = given(from.origin),
                                 .detail = fault.detail});
        else
            context.guards.auditLimits.passedOver();
        return fault;
    }
    Fault slower{"too-many-requests",
                 "Too many attempts from " + from.address + " were refused; the last one: " + fault.detail};
    slower.retryAfter = wait;
    return slower;
}

asio::awaitable<Result<identity::Identity>> identified(Site& site, Shard& shard, std::string credential,
                                                       const std::string& address, bool hurried) {
    using Identified = Result<identity::Identity>;
    AnswerOf<Identified> otherwise = [](const Fault& fault) { return Identified(fault); };
    // Named, not made within the co_await: what such a lambda holds is destroyed twice there (GCC 12).
    auto begin = [&site, from = addressKey(address), hurried,
                  shown = std::move(credential)](std::function<void(Identified)> done) mutable {
        site.api.authenticator.identify(std::move(shown), now(), from, hurried, std::move(done));
    };
    co_return co_await fromOutside(shard, Leaving::reads_over, std::move(otherwise), std::move(begin));
}

}  // namespace

From fromOf(const HttpRequest& request, const Channel& channel, const Site& site) {
    const std::string_view origin = request[http::field::origin], host = request[http::field::host];
    From from{clientAddress(site.trustedProxies, channel.peer(), std::string_view(request["X-Forwarded-For"])),
              printable(origin, longestName)};
    const auto listed = [&](const std::string& page) { return site.allowedOrigins.contains(page); };
    if (!origin.empty()) {
        from.mayAsk = listed(std::string(origin)) || (isOriginOf(host, origin) && isOwnHost(site, channel, host));
        if (!from.mayAsk && isOriginOf(host, origin)) from.foreignHost = std::string(host);
    } else if (request["Sec-Fetch-Site"] == "same-origin" &&
               (listed(originOf(host)) || isOwnHost(site, channel, host))) {
        from.ownPage = originOf(host);
    }
    from.certificate = channel.certificateNames();
    from.certificateHolds = from.certificate.empty() || channel.certificateHolds(site.tls.load().get());
    return from;
}

std::optional<Fault> refusedOrigin(const From& from, Site& site) {
    if (from.mayAsk) return std::nullopt;
    auto detail = from.foreignHost.empty()
                      ? "The origin " + from.origin + " is not on the list [server] allowed_origins."
                      : "The host " + from.foreignHost +
                            " is none of this gateway's: add it to [server] names if a proxy calls it so.";
    return refused(site, from, identity::Attempt::origin, {"forbidden", std::move(detail)}, Shown::origin);
}

asio::awaitable<Result<identity::Identity>> believed(Site& site, Shard& shard, std::string credential,
                                                     const From& from) {
    auto& context = site.api;
    const auto what = identity::looksLikeKey(credential) ? identity::Attempt::key : identity::Attempt::token;
    const auto claim = context.authenticator.claims(credential);
    const int wait = context.guards.throttle.wait(identity::countersOf(claim.what, from.address, claim.key));
    auto identity = co_await identified(site, shard, std::move(credential), from.address,
                                        wait > 0);  // then nothing is tried that costs much
    if (identity) co_return identity;
    if (identity.error().slug == "not-authorized")
        co_return refused(site, from, what, identity.error(), claim.what, claim.key);
    if (identity.error().slug != "too-many-requests") co_return identity;  // nobody could look at it: it was no guess
    context.guards.refusals.count(what, true);
    auto later = identity.error();
    later.retryAfter = std::max(later.retryAfter, wait);
    co_return later;
}

asio::awaitable<Result<std::optional<identity::Identity>>> whoAsks(Site& site, Shard& shard, const HttpRequest& request,
                                                                   const From& from, const std::string* ticket) {
    if (ticket) {
        auto identity =
            site.api.tickets.redeem(*ticket, from.ownPage.empty() ? from.origin : from.ownPage, secondsNow());
        if (!identity) co_return refused(site, from, identity::Attempt::ticket, identity.error(), Shown::ticket);
        co_return std::optional(std::move(*identity));
    }
    const std::string_view authorization = request[http::field::authorization];
    if (authorization.empty()) {
        if (from.certificate.empty()) co_return std::optional<identity::Identity>();
        if (!from.certificateHolds)
            co_return refused(site, from, identity::Attempt::certificate, goneCertificate, Shown::certificate);
        auto identity = site.api.authenticator.certificate(from.certificate, now());
        if (!identity)
            co_return refused(site, from, identity::Attempt::certificate, identity.error(), Shown::certificate);
        co_return std::optional(std::move(*identity));
    }
    if (!boost::beast::iequals(authorization.substr(0, 7), "bearer "))
        co_return refused(site, from, identity::Attempt::token, bearerWanted, Shown::nothing);
    auto identity = co_await believed(site, shard, std::string(authorization.substr(7)), from);
    if (!identity) co_return identity.error();
    co_return std::optional(std::move(*identity));
}

Fault unknownCaller(Site& site, const From& from) {
    return refused(site, from, identity::Attempt::token, bearerWanted, Shown::nothing);
}

Fault beyondLimits(Site& site, const std::string& address, Fault fault) {
    return refused(site, {address, {}}, identity::Attempt::token, std::move(fault), Shown::token);
}

void certificateRefused(Site& site, const std::string& address, const std::string& why) {
    (void)refused(site, {address, {}}, identity::Attempt::certificate,
                  {"not-authorized", "The client certificate was refused: " + why + "."}, Shown::certificate);
}

}  // namespace deskline::net
