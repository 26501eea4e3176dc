#include "app/services.hpp"

#include "api/caller_command.hpp"

namespace deskline {

Services::Services(events::Ledger& ledger, telephony::Telephony* telephony, audio::Audio* audio,
                   identity::Authenticator& authenticator, Options options, automation::Send send)
    : throttle(options.freeFailures),
      executor(ledger, telephony, audio, {throttle, refusals, auditLimits}),
      policy(options.agentsMayControl),
      outcomeRecheck(telephony),
      pendingStates(executor),
      presence(ledger, executor, draining, std::move(options.presence)),
      keyUsage(authenticator),
      auditRests(auditLimits),
      webhooks(ledger, authenticator, policy, draining, std::move(options.webhooks), std::move(send)),
      context{.name = std::move(options.name),
              .basePath = std::move(options.basePath),
              .journal = std::move(options.journal),
              .ledger = ledger,
              .executor = executor,
              .guards = {throttle, refusals, auditLimits},
              .authenticator = authenticator,
              .policy = policy,
              .presence = presence,
              .webhooks = webhooks,
              .draining = draining,
              .rate = api::Rate(options.rateLimit),
              .reasons = std::move(options.reasons)} {
    for (events::Observer* observer : std::initializer_list<events::Observer*>{
             &outcomeRecheck, &pendingStates, &presence, &keyUsage, &auditRests, &webhooks})
        ledger.observe(*observer);
    ledger.answerWith(api::lateAnswer);
}

}  // namespace deskline
