#include "api/caller_command.hpp"

#include "api/answers.hpp"
#include "api/headers.hpp"
#include "api/operations.hpp"
#include "api/preference.hpp"
#include "model/id.hpp"

namespace deskline::api {
namespace {

using commands::agentOf, commands::describe, commands::expectation, commands::objectOf;
using events::Operation;
using events::OperationState;

events::Cause causeOf(const Request& request, std::optional<std::string> reason) {
    events::Cause cause{request.requestId,
                        request.identity.subject,
                        std::move(reason),
                        {},
                        request.identity.account(),
                        std::string(name(request.identity.role)),
                        request.address,
                        request.origin};
    if (const auto trace = request.header("traceparent"); isTraceparent(trace)) cause.traceparent = trace;
    return cause;
}

// The revision of what a command changes; absent: there is no such thing yet.
std::optional<std::uint64_t> revisionOf(const events::State& state, const ObjectRef& object) {
    std::optional<std::uint64_t> revision;
    events::forEachThing([&](auto of) {
        using T = typename decltype(of)::type;
        if constexpr (requires(T thing) { thing.revision; }) {
            const auto& all = state.all<T>();
            if (const auto found = kindOf<T> == object.kind ? all.find(IdOf<T>(object.id)) : all.end();
                found != all.end())
                revision = found->second.revision;
        }
    });
    return revision;
}

// RFC 9110 §13.1.1: "*" or a list of entity tags; weak ones never match.
std::optional<Fault> changedSince(const std::string& ifMatch, const ObjectRef& object,
                                  const events::LedgerContext& ledger) {
    if (ifMatch.empty()) return std::nullopt;
    const auto revision = revisionOf(ledger.state(), object);
    const Fault changed{"precondition-failed", object.text() + " has changed since you read it; it is " +
                                                   (revision ? entityTag(*revision) : "not there") + " now."};
    if (!revision) return changed;
    if (ledger.busy(object))
        return Fault{"precondition-failed", "Another command on " + object.text() + " is under way."};
    if (ifMatch == "*") return std::nullopt;
    for (const auto tag : elements(ifMatch))
        if (tag == entityTag(*revision)) return std::nullopt;
    return changed;
}

const Fault noSource{"not-supported",
                     "This gateway is configured without this source; see [telephony] source and [audio] source."};
const Fault noOperation{
    "source-timeout",
    "The wait is over. The command is being carried out, but there is no room to keep what becomes of it.",
    {},
    {},
    true};

Fault asCallerSeesIt(Fault fault, const events::CommandOutcome& settled, const events::State& state,
                     const std::string& id) {
    if (fault.slug == "state-not-allowed")
        if (const auto* session = state.session(SessionId(id))) fault.allowedStates = session->allowedStates;
    if (settled.readAgain) {
        fault.outcomeUnknown = false;
        fault.detail += " The state was read since, and is not what was asked for.";
    }
    return fault;
}

OperationState stateOf(const events::CommandOutcome& settled) {
    if (settled.object) return OperationState::succeeded;
    return settled.object.error().outcomeUnknown && !settled.readAgain ? OperationState::indeterminate
                                                                       : OperationState::failed;
}

// A caller's command from its request to its answer. Whichever comes first, the outcome or the end of the wait, answers
// the caller; the outcome settles the operation in either case. Thread: `begin` the shard's, all else the ledger's.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    Exchange(Context& context, Request request, Respond respond, Wait wait)
        : context_(context), request_(std::move(request)), respond_(std::move(respond)), wait_(std::move(wait)) {}

    // Once.
    void begin(Decide decide) {
        if (!wait_.async && wait_.patience.count() > 0)
            timer_ = request_.later(wait_.patience, [&context = context_, weak = weak_from_this()] {
                if (auto self = weak.lock())
                    context.ledger.transact([self](events::LedgerContext& ledger) { self->giveUp(ledger); });
            });
        context_.ledger.transact([self = shared_from_this(), decide = std::move(decide)](
                                     events::LedgerContext& ledger) { self->start(ledger, decide); });
    }

private:
    void answer(events::LedgerContext& ledger, Response response) {
        answered_ = true;
        response.audited = carried_;
        timer_.reset();
        response.headers.emplace_back("X-Request-Id", request_.requestId);
        if (!wait_.applied.empty()) response.headers.emplace_back("Preference-Applied", wait_.applied);
        ledger.afterCommit([self = shared_from_this(), response = std::move(response)] { self->respond_(response); });
    }
    void refuse(events::LedgerContext& ledger, const Fault& fault, std::string location = {}) {
        auto response = problem(fault, request_.requestId);
        if (!location.empty()) response.headers.emplace_back("Location", std::move(location));
        answer(ledger, std::move(response));
    }

    std::string locationOf(const std::string& id) const { return context_.basePath + "/api/v1/operations/" + id; }

    // Makes an operation of it, unless it is one already. False: there is no room for one.
    bool become(events::LedgerContext& ledger, const std::string& key) {
        if (!operation_.empty()) return true;
        if (!ledger.operations().room(request_.identity.account())) return false;
        operation_ = randomId(12);
        ledger.operations().put({.id = operation_,
                                 .actor = request_.identity.account(),
                                 .key = key,
                                 .fingerprint = request_.fingerprint,
                                 .agent = agent_,
                                 .command = describe(plan_.what),
                                 .started = startedAt_,
                                 .cause = causeOf(request_, plan_.reason),
                                 .expectation = expectation(plan_.what, ledger.state())});
        return true;
    }

    // Looks for an earlier command with this key. True: this one was answered with the outcome of that one, or refused.
    bool repeated(events::LedgerContext& ledger, const std::string& key) {
        const auto found = ledger.operations().findByKey(request_.identity.account(), key);
        if (!found) return refuse(ledger, found.error()), true;
        const auto& first = *found;
        if (!first) return false;
        if (first->fingerprint != request_.fingerprint)
            refuse(ledger,
                   {"idempotency-mismatch", "This Idempotency-Key came with another method, path or body before."});
        else if (first->state == OperationState::running)
            refuse(ledger,
                   {"idempotency-running", "The first command with this Idempotency-Key is still being carried out."},
                   locationOf(first->id));
        else {
            auto response = outcomeOf(*first);
            response.headers.emplace_back("Idempotency-Replayed", "true");
            answer(ledger, std::move(response));
        }
        return true;
    }

    void start(events::LedgerContext& ledger, const Decide& decide) {
        const auto key = request_.header("idempotency-key");
        if (!key.empty() && repeated(ledger, key)) return;
        if (context_.draining) return refuse(ledger, shuttingDown);
        auto decided = decide(ledger.state());
        if (!decided) return refuse(ledger, decided.error());
        plan_ = std::move(*decided);
        if (!context_.executor.hasSource(plan_.what)) return refuse(ledger, noSource);
        object_ = objectOf(plan_.what);
        agent_ = agentOf(plan_.what, ledger.state());
        startedAt_ = ledger.now();
        if (const auto fault = changedSince(request_.header("if-match"), object_, ledger))
            return refuse(ledger, *fault);
        if (const auto fault = context_.executor.slowedDown(plan_.what, request_.address))
            return refuse(ledger, *fault);
        if (const auto fault = ledger.full(request_.identity.account())) return refuse(ledger, *fault);
        if (!key.empty() || wait_.async || wait_.patience.count() == 0)
            if (const auto fault = ledger.operations().full(request_.identity.account())) return refuse(ledger, *fault);
        if (!key.empty()) become(ledger, key);
        carried_ = true;
        context_.executor.carryOut(
            ledger, plan_.what, causeOf(request_, plan_.reason),
            [self = shared_from_this()](const events::CommandOutcome& settled, events::LedgerContext& then) {
                self->settled(settled, then);
            });
        if (wait_.async || wait_.patience.count() == 0) giveUp(ledger);
    }

    void giveUp(events::LedgerContext& ledger) {
        if (answered_) return;
        if (!become(ledger, "")) return refuse(ledger, noOperation);
        answer(ledger, {202,
                        boost::json::object{{"operation", operation_}, {"state", "running"}},
                        {{"Location", locationOf(operation_)}, {"Retry-After", "1"}}});
    }

    void settled(const events::CommandOutcome& settled, events::LedgerContext& ledger) {
        const auto state = stateOf(settled);
        Response response = settled.object
                                ? plan_.success(settled, ledger.state())
                                : problem(asCallerSeesIt(settled.object.error(), settled, ledger.state(), object_.id),
                                          request_.requestId);
        if (state == OperationState::indeterminate && become(ledger, "")) {  // where it can be read what became of it
            response.headers.emplace_back("Location", locationOf(operation_));
            response.body.as_object()["operation"] = operation_;
        }
        if (!operation_.empty())
            if (auto kept = ledger.operations().find(operation_); kept && *kept) {
                settle(**kept, response, state, settled.cursor, ledger.now());
                ledger.operations().put(std::move(**kept));
            }
        if (!answered_) answer(ledger, std::move(response));
    }

    Context& context_;
    const Request request_;
    const Respond respond_;
    const Wait wait_;
    Timer timer_;  // the end of the wait
    // From here on: of a command that was decided on.
    Plan plan_;
    ObjectRef object_{};
    AgentId agent_;
    Time startedAt_{};
    std::string operation_;  // its id; "": it is none
    bool answered_ = false, carried_ = false;
};

}  // namespace

void command(Context& context, Request request, Respond respond, Decide decide) {
    auto wait = preference(request.header("prefer"));
    if (!wait) return respond(problem(wait.error(), request.requestId));
    std::make_shared<Exchange>(context, std::move(request), std::move(respond), std::move(*wait))
        ->begin(std::move(decide));
}

events::Answer lateAnswer(const events::Operation& operation) {
    return [operation](const events::CommandOutcome& settled, events::LedgerContext& ledger) {
        auto found = ledger.operations().find(operation.id);
        if (!found || !*found) return;
        auto& kept = *found;
        commands::auditOutcome(ledger, operation.command, operation.cause, settled);
        const auto id = operation.expectation ? operation.expectation->id : std::string();
        const bool ofAgent = operation.expectation && operation.expectation->kind == Kind::agent;
        const auto response =
            !settled.object
                ? problem(asCallerSeesIt(settled.object.error(), settled, ledger.state(), id), operation.cause.request)
            : ofAgent ? answerWith<Agent>(settled, ledger.state())
                      : answerWith<AgentSession>(settled, ledger.state());
        settle(*kept, response, stateOf(settled), settled.cursor, ledger.now());
        ledger.operations().put(std::move(*kept));
    };
}

}  // namespace deskline::api
