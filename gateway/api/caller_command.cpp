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
            const auto& all = state.*events::listOf<T>;
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

// One caller who waits. Whoever comes first, the outcome or the end of the wait, answers it; the outcome always settles
// the operation. Thread: the ledger's, apart from the start.
struct Exchange : std::enable_shared_from_this<Exchange> {
    Context& context;
    Request request;
    Respond respond;
    Wait wait;
    Plan plan;
    ObjectRef object{};
    AgentId agent;
    std::string operation = {};
    Time startedAt{};
    bool answered = false, carried = false;
    Timer timer;

    Exchange(Context& c, Request q, Respond r, Wait w)
        : context(c), request(std::move(q)), respond(std::move(r)), wait(std::move(w)) {}

    void answer(events::LedgerContext& ledger, Response response) {
        answered = true;
        response.audited = carried;
        timer.reset();
        response.headers.emplace_back("X-Request-Id", request.requestId);
        if (!wait.applied.empty()) response.headers.emplace_back("Preference-Applied", wait.applied);
        ledger.afterCommit([self = shared_from_this(), response = std::move(response)] { self->respond(response); });
    }
    void refuse(events::LedgerContext& ledger, const Fault& fault, std::string location = {}) {
        auto response = problem(fault, request.requestId);
        if (!location.empty()) response.headers.emplace_back("Location", std::move(location));
        answer(ledger, std::move(response));
    }

    std::string locationOf(const std::string& id) const { return context.basePath + "/api/v1/operations/" + id; }

    bool become(events::LedgerContext& ledger,
                const std::string& key) {  // an operation; false: there is no room for one
        if (!operation.empty()) return true;
        if (!ledger.operations().room(request.identity.account())) return false;
        operation = randomId(12);
        ledger.operations().put({.id = operation,
                                 .actor = request.identity.account(),
                                 .key = key,
                                 .fingerprint = request.fingerprint,
                                 .agent = agent,
                                 .command = describe(plan.what),
                                 .started = startedAt,
                                 .cause = causeOf(request, plan.reason),
                                 .expectation = expectation(plan.what, ledger.state())});
        return true;
    }

    // The first one with this key: true when it was answered from it, or refused since nobody can say whether there was
    // one.
    bool repeated(events::LedgerContext& ledger, const std::string& key) {
        const auto found = ledger.operations().findByKey(request.identity.account(), key);
        if (!found) return refuse(ledger, found.error()), true;
        const auto& first = *found;
        if (!first) return false;
        if (first->fingerprint != request.fingerprint)
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
        const auto key = request.header("idempotency-key");
        if (!key.empty() && repeated(ledger, key)) return;
        if (context.draining) return refuse(ledger, shuttingDown);
        auto decided = decide(ledger.state());
        if (!decided) return refuse(ledger, decided.error());
        plan = std::move(*decided);
        if (!context.executor.hasSource(plan.what)) return refuse(ledger, noSource);
        object = objectOf(plan.what);
        agent = agentOf(plan.what, ledger.state());
        startedAt = ledger.now();
        if (const auto fault = changedSince(request.header("if-match"), object, ledger)) return refuse(ledger, *fault);
        if (const auto fault = context.executor.slowedDown(plan.what, request.address)) return refuse(ledger, *fault);
        if (const auto fault = ledger.full(request.identity.account())) return refuse(ledger, *fault);
        if (!key.empty() || wait.async || wait.patience.count() == 0)
            if (const auto fault = ledger.operations().full(request.identity.account())) return refuse(ledger, *fault);
        if (!key.empty()) become(ledger, key);
        carried = true;
        context.executor.carryOut(
            ledger, plan.what, causeOf(request, plan.reason),
            [self = shared_from_this()](const events::CommandOutcome& settled, events::LedgerContext& then) {
                self->settled(settled, then);
            });
        if (wait.async || wait.patience.count() == 0) giveUp(ledger);
    }

    void giveUp(events::LedgerContext& ledger) {
        if (answered) return;
        if (!become(ledger, "")) return refuse(ledger, noOperation);
        answer(ledger, {202,
                        boost::json::object{{"operation", operation}, {"state", "running"}},
                        {{"Location", locationOf(operation)}, {"Retry-After", "1"}}});
    }

    void settled(const events::CommandOutcome& settled, events::LedgerContext& ledger) {
        const auto state = stateOf(settled);
        Response response = settled.object
                                ? plan.success(settled, ledger.state())
                                : problem(asCallerSeesIt(settled.object.error(), settled, ledger.state(), object.id),
                                          request.requestId);
        if (state == OperationState::indeterminate && become(ledger, "")) {  // where it can be read what became of it
            response.headers.emplace_back("Location", locationOf(operation));
            response.body.as_object()["operation"] = operation;
        }
        if (!operation.empty())
            if (auto kept = ledger.operations().find(operation); kept && *kept) {
                settle(**kept, response, state, settled.cursor, ledger.now());
                ledger.operations().put(std::move(**kept));
            }
        if (!answered) answer(ledger, std::move(response));
    }
};

}  // namespace

void command(Context& context, Request request, Respond respond, Decide decide) {
    auto wait = preference(request.header("prefer"));
    if (!wait) return respond(problem(wait.error(), request.requestId));
    const auto exchange = std::make_shared<Exchange>(context, std::move(request), std::move(respond), std::move(*wait));
    if (!exchange->wait.async && exchange->wait.patience.count() > 0)
        exchange->timer = exchange->request.later(exchange->wait.patience, [&context, weak = std::weak_ptr(exchange)] {
            if (auto self = weak.lock())
                context.ledger.transact([self](events::LedgerContext& ledger) { self->giveUp(ledger); });
        });
    context.ledger.transact(
        [exchange, decide = std::move(decide)](events::LedgerContext& ledger) { exchange->start(ledger, decide); });
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
