#include "api/audit.hpp"

#include "api/context.hpp"
#include "api/request.hpp"
#include "model/text.hpp"
#include "model/time.hpp"

namespace deskline::api {

void audit(Context& context, events::AuditEntry entry) {
    if (entry.outcome != "succeeded" && !context.guards.auditLimits.allows(entry.actor, entry.action)) return;
    context.ledger.transact([entry = std::move(entry)](events::LedgerContext& ledger) mutable {
        entry.time = ledger.now();
        ledger.audit().add(std::move(entry));
    });
}

void auditAnswer(Context& context, const Request& request, const Response& response) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    const bool refused = response.status == 403 || response.withheld;
    const bool ticket =
        request.path == "/tickets" && response.status < 400;  // the stream that it opens is no change of anything
    if (response.audited || (reads && !refused) || ticket) return;
    audit(context, {.actor = request.identity.account(),
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
