// What goes into the audit. Thread: any.
#pragma once
#include "events/audit.hpp"

namespace deskline::api {

struct Context;
struct Request;
struct Response;

// With the present time. Of refused attempts no more become entries than there is room for (audit_limits.hpp).
void audit(Context& context, events::AuditEntry entry);

// A request and its answer, where the audit is to hear of them: what changes something, and what was refused.
void auditAnswer(Context& context, const Request& request, const Response& response);

}  // namespace deskline::api
