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
Fault refused(ServerContext& context, const ClientInfo& client, identity::Attempt what, Fault fault, Shown shown,
              const std::string& of = {}) {
    const auto counters = identity::countersOf(shown, client.address, of);
    const int wait = context.api.guards.throttle.wait(counters);
    context.api.guards.throttle.failed(counters);
    context.api.guards.refusals.count(what, wait > 0);
    if (wait == 0) {
        if (context.api.strangers.mayBeWritten(shown, addressKey(client.address)))
            api::audit(context.api, {.action = std::string(name(what)),
                                     .outcome = std::string(fault.slug),
                                     .status = fault.slug.problem().status,
                                     .address = client.address,
                                     .origin = given(client.origin),
                                     .detail = fault.detail});
        else
            context.api.guards.auditLimits.passedOver();
        return fault;
    }
    Fault slower{"too-many-requests",
                 "Too many attempts from " + client.address + " were refused; the last one: " + fault.detail};
    slower.retryAfter = wait;
    return slower;
}

asio::awaitable<Result<identity::Identity>> identified(ServerContext& context, Shard& shard, std::string credential,
                                                       const std::string& address, bool hurried) {
    using Identified = Result<identity::Identity>;
    AnswerOf<Identified> otherwise = [](const Fault& fault) { return Identified(fault); };
    // Named, not made within the co_await: what such a lambda holds is destroyed twice there (GCC 12).
    auto begin = [&context, from = addressKey(address), hurried,
                  shown = std::move(credential)](std::function<void(Identified)> done) mutable {
        context.api.authenticator.identify(std::move(shown), now(), from, hurried, std::move(done));
    };
    co_return co_await fromOutside(shard, Leaving::reads_over, std::move(otherwise), std::move(begin));
}

}  // namespace

ClientInfo clientInfoOf(const HttpRequest& request, const TlsConnection& connection, const ServerContext& context) {
    const std::string_view origin = request[http::field::origin], host = request[http::field::host];
    ClientInfo client{
        clientAddress(context.trustedProxies, connection.peer(), std::string_view(request["X-Forwarded-For"])),
        printable(origin, longestName)};
    const auto listed = [&](const std::string& page) { return context.allowedOrigins.contains(page); };
    if (!origin.empty()) {
        client.mayAsk =
            listed(std::string(origin)) || (isOriginOf(host, origin) && isOwnHost(context, connection, host));
        if (!client.mayAsk && isOriginOf(host, origin)) client.foreignHost = std::string(host);
    } else if (request["Sec-Fetch-Site"] == "same-origin" &&
               (listed(originOf(host)) || isOwnHost(context, connection, host))) {
        client.ownPage = originOf(host);
    }
    client.certificate = connection.certificateNames();
    client.certificateHolds = client.certificate.empty() || connection.certificateHolds(context.tls.load().get());
    return client;
}

std::optional<Fault> refusedOrigin(const ClientInfo& client, ServerContext& context) {
    if (client.mayAsk) return std::nullopt;
    auto detail = client.foreignHost.empty()
                      ? "The origin " + client.origin + " is not on the list [server] allowed_origins."
                      : "The host " + client.foreignHost +
                            " is none of this gateway's: add it to [server] names if a proxy calls it so.";
    return refused(context, client, identity::Attempt::origin, {"forbidden", std::move(detail)}, Shown::origin);
}

asio::awaitable<Result<identity::Identity>> verifyCredential(ServerContext& context, Shard& shard,
                                                             std::string credential, const ClientInfo& client) {
    const auto what = identity::looksLikeKey(credential) ? identity::Attempt::key : identity::Attempt::token;
    const auto claim = context.api.authenticator.claims(credential);
    const int wait = context.api.guards.throttle.wait(identity::countersOf(claim.what, client.address, claim.key));
    auto identity = co_await identified(context, shard, std::move(credential), client.address,
                                        wait > 0);  // then nothing is tried that costs much
    if (identity) co_return identity;
    if (identity.error().slug == "not-authorized")
        co_return refused(context, client, what, identity.error(), claim.what, claim.key);
    if (identity.error().slug != "too-many-requests") co_return identity;  // nobody could look at it: it was no guess
    context.api.guards.refusals.count(what, true);
    auto later = identity.error();
    later.retryAfter = std::max(later.retryAfter, wait);
    co_return later;
}

asio::awaitable<Result<std::optional<identity::Identity>>> authenticate(ServerContext& context, Shard& shard,
                                                                        const HttpRequest& request,
                                                                        const ClientInfo& client,
                                                                        const std::string* ticket) {
    if (ticket) {
        auto identity =
            context.api.tickets.redeem(*ticket, client.ownPage.empty() ? client.origin : client.ownPage, secondsNow());
        if (!identity) co_return refused(context, client, identity::Attempt::ticket, identity.error(), Shown::ticket);
        co_return std::optional(std::move(*identity));
    }
    const std::string_view authorization = request[http::field::authorization];
    if (authorization.empty()) {
        if (client.certificate.empty()) co_return std::optional<identity::Identity>();
        if (!client.certificateHolds)
            co_return refused(context, client, identity::Attempt::certificate, goneCertificate, Shown::certificate);
        auto identity = context.api.authenticator.certificate(client.certificate, now());
        if (!identity)
            co_return refused(context, client, identity::Attempt::certificate, identity.error(), Shown::certificate);
        co_return std::optional(std::move(*identity));
    }
    if (!boost::beast::iequals(authorization.substr(0, 7), "bearer "))
        co_return refused(context, client, identity::Attempt::token, bearerWanted, Shown::nothing);
    auto identity = co_await verifyCredential(context, shard, std::string(authorization.substr(7)), client);
    if (!identity) co_return identity.error();
    co_return std::optional(std::move(*identity));
}

Fault unknownCaller(ServerContext& context, const ClientInfo& client) {
    return refused(context, client, identity::Attempt::token, bearerWanted, Shown::nothing);
}

Fault beyondLimits(ServerContext& context, const std::string& address, Fault fault) {
    return refused(context, {address, {}}, identity::Attempt::token, std::move(fault), Shown::token);
}

void certificateRefused(ServerContext& context, const std::string& address, const std::string& why) {
    (void)refused(context, {address, {}}, identity::Attempt::certificate,
                  {"not-authorized", "The client certificate was refused: " + why + "."}, Shown::certificate);
}

}  // namespace deskline::net
