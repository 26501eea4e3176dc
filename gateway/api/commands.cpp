#include "api/commands.hpp"

#include <charconv>
#include <mutex>

namespace deskline::api {
namespace {

struct Wait {
    std::chrono::seconds patience{10};
    bool async = false;
    std::string applied;
};

Result<Wait> preference(const Request& request) {
    Wait wait;
    const auto prefer = request.header("prefer");
    std::size_t at = 0;
    while (at < prefer.size()) {
        auto end = prefer.find(',', at);
        if (end == std::string::npos) end = prefer.size();
        auto token = prefer.substr(at, end - at);
        token.erase(0, token.find_first_not_of(' '));
        if (token == "respond-async") {
            wait.async = true;
            wait.applied = "respond-async";
        } else if (token.starts_with("wait=")) {
            int seconds = -1;
            std::from_chars(token.data() + 5, token.data() + token.size(), seconds);
            if (seconds < 0 || seconds > 120) return Fault{"invalid-argument", "Prefer: wait=N takes 0 to 120 seconds."};
            wait.patience = std::chrono::seconds(seconds);
            wait.applied = "wait=" + std::to_string(seconds);
        }
        at = end + 1;  // other preferences are ignored, as RFC 7240 §2 asks
    }
    return wait;
}

// Whoever comes first, the outcome or the end of the wait, answers the caller; the outcome always settles the operation.
struct Exchange : std::enable_shared_from_this<Exchange> {
    Gateway& gateway;
    Request request;
    Respond respond;
    Success success;
    Wait wait;
    Time startedAt = now();
    std::string what, operation;
    std::mutex mutex;
    bool answered = false;
    std::optional<Response> outcome;
    Timer timer;

    Exchange(Gateway& g, Request q, Respond r, Success s, Wait w, std::string description)
        : gateway(g), request(std::move(q)), respond(std::move(r)), success(std::move(s)), wait(std::move(w)), what(std::move(description)) {}

    void answer(Response response) {
        response.headers.emplace_back("X-Request-Id", request.requestId);
        if (!wait.applied.empty()) response.headers.emplace_back("Preference-Applied", wait.applied);
        respond(std::move(response));
    }

    void startWaiting() {
        if (wait.async || wait.patience.count() == 0) return giveUp();
        const std::lock_guard lock(mutex);
        if (!answered)
            timer = request.later(wait.patience, [weak = weak_from_this()] {
                if (auto self = weak.lock()) self->giveUp();
            });
    }

    void giveUp() {
        {
            const std::lock_guard lock(mutex);
            if (answered) return;
            answered = true;
            operation = gateway.operations.add(request.identity.subject, what, startedAt);
            if (outcome) gateway.operations.settle(operation, *outcome);
        }
        const auto location = gateway.basePath + "/api/v1/operations/" + operation;
        answer({202, boost::json::object{{"operation", operation}, {"state", "running"}}, {{"Location", location}, {"Retry-After", "1"}}});
    }

    void settled(Response response) {
        Timer done;
        {
            const std::lock_guard lock(mutex);
            done = std::move(timer);
            if (answered) return gateway.operations.settle(operation, std::move(response));
            answered = true;
        }
        answer(std::move(response));
    }

    void finish(CommandId id, Result<std::string> object, bool eventExpected) {
        gateway.ledger.settle(id, std::move(object), eventExpected, [self = shared_from_this()](const events::Settled& settled) {
            if (settled.object) return self->settled(self->success(settled));
            auto fault = settled.object.error();
            if (fault.slug == "state-not-allowed" && !self->request.parameters.empty())
                if (const auto* session = settled.state.session(self->request.parameters[0])) fault.allowedStates = session->allowedStates;
            self->settled(problem(fault, self->request.requestId));
        });
    }
};

events::Expectation expectation(const telephony::Command& command) {
    using namespace telephony;
    if (const auto* c = std::get_if<SetSessionState>(&command))
        return [session = c->session, state = c->state](const Fact& fact) {
            if (const auto* changed = std::get_if<SessionChanged>(&fact.what))
                return changed->id == session && changed->event != SessionEvent::new_session && entered(changed->event) == state;
            const auto* read = std::get_if<SessionRead>(&fact.what);
            return read && read->id == session && read->state == state;
        };
    if (const auto* c = std::get_if<CreateSession>(&command))
        return [agent = c->agent](const Fact& fact) {
            const auto* changed = std::get_if<SessionChanged>(&fact.what);
            return changed && changed->event == SessionEvent::new_session && changed->session && changed->session->agent == agent;
        };
    if (const auto* c = std::get_if<SetAgentState>(&command))
        return [agent = c->agent, event = named<AgentEvent>(name(c->state))](const Fact& fact) {
            const auto* changed = std::get_if<AgentChanged>(&fact.what);
            return changed && changed->id == agent && changed->event == event;
        };
    const auto* in = std::get_if<SignIn>(&command);
    const auto* out = std::get_if<SignOut>(&command);
    if (!in && !out) return {};
    return [agent = in ? in->agent : out->agent, event = in ? AgentEvent::signed_in : AgentEvent::signed_out](const Fact& fact) {
        const auto* changed = std::get_if<AgentChanged>(&fact.what);
        return changed && changed->id == agent && changed->event == event;
    };
}

events::Cause causeOf(const Request& request, std::optional<std::string> reason) {
    events::Cause cause{request.requestId, request.identity.subject, std::move(reason), {}};
    if (const auto trace = request.header("traceparent"); !trace.empty()) cause.traceparent = trace;
    return cause;
}

const Fault noSource{"not-supported", "This gateway is configured without this source; see [telephony] source and [audio] source."};
const Fault leaving{"shutting-down", "The gateway is shutting down."};

}  // namespace

void command(Gateway& gateway, Request request, Respond respond, std::optional<std::string> reason, telephony::Command what, Success success) {
    if (!gateway.telephony) return respond(problem(noSource, request.requestId));
    if (gateway.draining) return respond(problem(leaving, request.requestId));
    auto wait = preference(request);
    if (!wait) return respond(problem(wait.error(), request.requestId));
    const auto id = gateway.ledger.nextCommand();
    gateway.ledger.begin(id, causeOf(request, std::move(reason)), expectation(what));
    const auto exchange = std::make_shared<Exchange>(gateway, std::move(request), std::move(respond), std::move(success), *wait, telephony::describe(what));
    gateway.telephony->perform(std::move(what), [exchange, id](Result<telephony::Outcome> outcome) {
        if (outcome)
            exchange->finish(id, Result<std::string>(boost::system::in_place_value, outcome->object), outcome->eventExpected);
        else
            exchange->finish(id, outcome.error(), false);
    });
    exchange->startWaiting();
}

void command(Gateway& gateway, Request request, Respond respond, audio::Change what, Success success) {
    if (!gateway.audio) return respond(problem(noSource, request.requestId));
    if (gateway.draining) return respond(problem(leaving, request.requestId));
    auto wait = preference(request);
    if (!wait) return respond(problem(wait.error(), request.requestId));
    const auto id = gateway.ledger.nextCommand();
    gateway.ledger.begin(id, causeOf(request, {}), {});
    const auto exchange = std::make_shared<Exchange>(gateway, std::move(request), std::move(respond), std::move(success), *wait, "a change of " + what.object);
    gateway.audio->perform(id, std::move(what), [exchange, id](Result<audio::Outcome> outcome) {
        if (outcome)
            exchange->finish(id, Result<std::string>(boost::system::in_place_value, outcome->object), outcome->eventExpected);
        else
            exchange->finish(id, outcome.error(), false);
    });
    exchange->startWaiting();
}

}  // namespace deskline::api
