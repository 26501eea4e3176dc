#include "api/audit.hpp"

#include "api/exchange.hpp"
#include "api/gateway.hpp"
#include "model/time.hpp"

namespace deskline::api {

void audit(Gateway& gateway, events::AuditEntry entry) {
    if (entry.outcome != "succeeded" && !gateway.auditLimits.allows(entry.actor, entry.action)) return;
    gateway.ledger.transact([entry = std::move(entry)](events::Books& books) mutable {
        entry.time = books.now();
        books.audit().add(std::move(entry));
    });
}

void auditAnswer(Gateway& gateway, const Request& request, const Response& response) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    const bool refused = response.status == 403 || response.withheld;
    const bool ticket = request.path == "/tickets" && response.status < 400;  // the stream that it opens is no change of anything
    if (response.audited || (reads && !refused) || ticket) return;
    audit(gateway, {.actor = request.identity.account(),
                    .action = request.method + " " + request.path,
                    .outcome = response.withheld       ? "hidden"
                               : response.slug.empty() ? "succeeded"
                                                       : response.slug,
                    .status = response.status,
                    .role = std::string(name(request.identity.role)),
                    .address = given(request.address),
                    .origin = given(request.origin),
                    .request = request.requestId});
}

}  // namespace deskline::api
