// What the resources work on. Built by main, lives as long as the gateway. Thread: every part says its own.
#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "api/audit.hpp"
#include "api/audit_limits.hpp"
#include "api/open_streams.hpp"
#include "api/rate.hpp"
#include "api/readiness.hpp"
#include "api/reasons.hpp"
#include "api/strangers.hpp"
#include "audio/audio.hpp"
#include "events/ledger.hpp"
#include "identity/authenticator.hpp"
#include "identity/policy.hpp"
#include "identity/throttle.hpp"
#include "identity/tickets.hpp"
#include "telephony/telephony.hpp"

namespace deskline::api {

class Presence;
class Webhooks;

struct Gateway {
    std::string name;
    std::string basePath;           // "" or "/deskline"
    std::filesystem::path journal;  // its file
    events::Ledger& ledger;
    telephony::Telephony* telephony = nullptr;  // null: [telephony] source = "none"
    audio::Audio* audio = nullptr;
    identity::Authenticator* authenticator = nullptr;
    identity::Tickets tickets = {};
    identity::Throttle throttle{identity::Throttle::usual};
    Refusals refusals{};
    Strangers strangers{};
    AuditLimits auditLimits{};
    OpenStreams streams{};
    Rate rate{0};
    Reasons reasons = {};
    Presence* presence = nullptr;
    Webhooks* webhooks = nullptr;
    identity::Policy policy{};
    std::atomic<bool> draining{false};
    std::atomic<std::int64_t> lastInterest{0};  // when figures were last looked at, milliseconds since 1970
    Readiness readiness{};
};

}  // namespace deskline::api
