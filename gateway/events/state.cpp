#include "events/state.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "events/concerns.hpp"
#include "model/values_json.hpp"

namespace deskline::events {
namespace {

namespace json = boost::json;

constexpr std::size_t endedKept = 256;

// A refusal as an event tells it: the problem's slug and words, and the HRESULT where a source refused.
json::object problemOf(const Fault& fault) {
    json::object problem{{"type", "/problems/" + std::string(fault.slug)}, {"detail", fault.detail}};
    if (fault.hresult) problem["hresult"] = hex(*fault.hresult);
    if (!fault.symbol.empty()) problem["symbol"] = fault.symbol;
    return problem;
}

AgentEvent eventInto(AgentState state) { return named<AgentEvent>(name(state)).value_or(AgentEvent::unknown); }

class Application {
public:
    Application(State& state, Time time, std::uint64_t number, const Attribution& attribution)
        : state_(state), time_(time), number_(number), attribution_(attribution) {}

    std::vector<Change> changes;

    void operator()(const SessionChanged& fact) {
        auto known = state_.sessions.find(fact.id);
        const bool fresh = known == state_.sessions.end();
        if (fresh) {
            if (!fact.session) {
                spdlog::debug("an event of the unknown session {} was dropped", fact.id);
                return;
            }
            if (fact.event == SessionEvent::end && state_.ended.contains(fact.id)) return;
            known = state_.sessions.emplace(fact.id, *fact.session).first;
            known->second.state = SessionState::not_ready;
            join(known->second);
        }
        auto& session = known->second;
        if (fact.session) session.statistics = fact.session->statistics;
        const auto previous = session.state;
        const auto by = attribute({Kind::agent_session, session.id, session.agent, name(fact.event), session.acdGroup});
        enter(session, entered(fact.event), by.cause ? by.cause->reason : std::nullopt);
        session.stale.reset();
        publishSession(session, fact.event, previous, {}, by);
        if (fresh) tellCallsOf(session.id);
        if (session.state == SessionState::session_ended) bury(fact.id);
    }

    void operator()(const SessionRead& fact) {
        const auto known = state_.sessions.find(fact.id);
        if (known == state_.sessions.end() || known->second.state == fact.state) return;
        (*this)(SessionChanged{fact.id, eventInto(fact.state)});
    }

    void operator()(const AgentChanged& fact) {
        auto known = state_.agents.find(fact.id);
        if (fact.event == AgentEvent::signed_out) {
            if (known == state_.agents.end()) return;
            const auto sessions = known->second.sessions;
            for (auto& id : sessions)
                if (state_.sessions.contains(id)) (*this)(SessionChanged{id, SessionEvent::end});
            known->second.sessions.clear();
            publishAgent(known->second, fact.event);
            state_.memberships.erase(fact.id);
            state_.agents.erase(known);
            return;
        }
        if (known == state_.agents.end()) {
            if (!fact.agent) return;
            known = state_.agents.emplace(fact.id, *fact.agent).first;
            publishAgent(known->second, AgentEvent::signed_in);
            if (fact.event == AgentEvent::signed_in) return;
        } else if (fact.event == AgentEvent::signed_in && !known->second.stale) {
            return;
        }
        auto& agent = known->second;
        if (fact.event != AgentEvent::signed_in) {
            const auto state = named<AgentState>(name(fact.event)).value_or(AgentState::unknown);
            if (agent.state != state) agent.since = time_;
            agent.state = state;
        }
        agent.stale.reset();
        publishAgent(agent, fact.event);
    }

    void operator()(const HandlerChanged& fact) { presence(fact.handler, fact.event); }
    void operator()(const GroupChanged& fact) { presence(fact.group, fact.event); }
    void operator()(const QueueChanged& fact) { presence(fact.queue, fact.event); }

    void operator()(const CallChanged& fact) {
        auto& call = state_.calls[fact.call.id];
        if (call.session != fact.call.session) state_.callConcerns.erase(fact.call.id);  // it is another's now
        call = fact.call;
        publishCall(fact.call, fact.event);
        if (fact.call.state != CallState::disconnected && fact.call.state != CallState::idle) return;
        state_.calls.erase(fact.call.id);
        state_.callConcerns.erase(fact.call.id);
    }

    void operator()(const FiguresRead& fact) {
        for (auto& [id, figures] : fact.agents)
            if (auto agent = state_.agents.find(id); agent != state_.agents.end()) agent->second.statistics = figures;
        for (auto& [id, figures] : fact.sessions)
            if (auto session = state_.sessions.find(id); session != state_.sessions.end()) session->second.statistics = figures;
        for (auto& [id, figures] : fact.queues)
            if (auto queue = state_.queues.find(id); queue != state_.queues.end()) queue->second.statistics = figures;
    }

    void operator()(const AddressesRead& fact) {
        state_.addresses.clear();
        for (auto& address : fact.addresses) state_.addresses[address.id] = address;
    }

    // The picture is true now: what we had and it lacks is gone, what it has and we lacked is new, what differs has changed.
    void operator()(const TelephonyPicture& fact) {
        reconcile(state_.handlers, fact.handlers, [&](auto& item, bool added) { (*this)(HandlerChanged{item, event(added)}); });
        reconcile(state_.groups, fact.groups, [&](auto& item, bool added) { (*this)(GroupChanged{item, event(added)}); });
        reconcile(state_.queues, fact.queues, [&](auto& item, bool added) { (*this)(QueueChanged{item, event(added)}); });
        (*this)(AddressesRead{fact.addresses});
        for (const auto& id : missing(state_.sessions, fact.sessions)) (*this)(SessionChanged{id, SessionEvent::end});
        for (const auto& id : missing(state_.agents, fact.agents)) (*this)(AgentChanged{id, AgentEvent::signed_out});
        for (auto& agent : fact.agents) {
            const auto known = state_.agents.find(agent.id);
            if (known == state_.agents.end())
                (*this)(AgentChanged{agent.id, AgentEvent::signed_in, agent});
            else if (known->second.state != agent.state)
                (*this)(AgentChanged{agent.id, eventInto(agent.state)});
            else if (known->second.stale) {  // found again as it was: of no command
                known->second.stale.reset();
                publishAgent(known->second, eventInto(agent.state), {});
            }
        }
        for (auto& session : fact.sessions) {
            const auto known = state_.sessions.find(session.id);
            if (known == state_.sessions.end()) {
                (*this)(SessionChanged{session.id, SessionEvent::new_session, session});
                (*this)(SessionRead{session.id, session.state});
            } else if (known->second.state != session.state) {
                (*this)(SessionRead{session.id, session.state});
            } else if (known->second.stale) {
                known->second.stale.reset();
                publishSession(known->second, eventInto(session.state), session.state);
            }
        }
        for (const auto& id : missing(state_.calls, fact.calls)) {
            auto call = state_.calls.at(id);
            call.state = CallState::disconnected;
            call.cause = CallCause::unknown;
            (*this)(CallChanged{call, CallEvent::state});
        }
        for (auto& call : fact.calls)
            if (!state_.calls.contains(call.id) || state_.calls.at(call.id).state != call.state) (*this)(CallChanged{call, CallEvent::state});
    }

    void operator()(const AudioSessionChanged& fact) {
        auto session = fact.session;
        session.revision = nextRevision();
        auto data = toldOf(session, "change", name(fact.change));
        if (fact.reason) data["reason"] = name(*fact.reason);
        const bool gone = fact.change == AudioSessionChange::disconnected || fact.session.state == AudioSessionState::expired;
        if (!gone)
            state_.audioSessions[session.id] = session;
        else if (state_.audioSessions.erase(session.id) == 0)
            return;  // its end was told already
        const bool latest = fact.change == AudioSessionChange::volume || fact.change == AudioSessionChange::channels;
        publish({Kind::audio_session, session.id}, {}, std::move(data), attribute({Kind::audio_session, session.id, "", name(fact.change)}), latest);
    }

    void operator()(const AudioDeviceChanged& fact) {
        auto device = fact.device;
        device.revision = nextRevision();
        if (fact.change == AudioDeviceChange::removed)
            state_.devices.erase(device.id);
        else
            state_.devices[device.id] = device;
        if (fact.change == AudioDeviceChange::default_)  // a role has one device for each flow
            for (auto& [id, other] : state_.devices)
                if (id != fact.device.id && other.flow == fact.device.flow)
                    std::erase_if(other.defaultFor,
                                  [&](DeviceRole role) { return std::ranges::find(fact.device.defaultFor, role) != fact.device.defaultFor.end(); });
        publish({Kind::audio_device, device.id}, {}, toldOf(device, "change", name(fact.change)),
                attribute({Kind::audio_device, device.id, "", name(fact.change)}), fact.change == AudioDeviceChange::volume);
    }

    void operator()(const Ducking& fact) {
        publish({Kind::audio_ducking, fact.session}, {},
                {{"session", fact.session}, {"ducked", fact.ducked}, {"communicationSessions", fact.communicationSessions}});
    }

    void operator()(const Meter& fact) {
        publish({Kind::audio_meter, fact.object}, {}, {{"object", fact.object}, {"peak", fact.peak}, {"channels", toJson(fact.channels)}});
        changes.back().ephemeral = true;
    }

    void operator()(const AudioPicture& fact) {
        for (const auto& id : missing(state_.audioSessions, fact.sessions))
            (*this)(AudioSessionChanged{AudioSession(state_.audioSessions.at(id)), AudioSessionChange::disconnected, DisconnectReason::unknown});
        for (const auto& id : missing(state_.devices, fact.devices))
            (*this)(AudioDeviceChanged{AudioDevice(state_.devices.at(id)), AudioDeviceChange::removed});
        for (auto device : fact.devices) {
            const auto known = state_.devices.find(device.id);
            if (known != state_.devices.end()) device.revision = known->second.revision;  // the source knows none
            if (known == state_.devices.end())
                (*this)(AudioDeviceChanged{device, AudioDeviceChange::added});
            else if (known->second != device)
                (*this)(AudioDeviceChanged{device, known->second.state != device.state             ? AudioDeviceChange::state
                                                   : known->second.defaultFor != device.defaultFor ? AudioDeviceChange::default_
                                                                                                   : AudioDeviceChange::volume});
        }
        for (auto session : fact.sessions) {
            const auto known = state_.audioSessions.find(session.id);
            if (known != state_.audioSessions.end()) session.revision = known->second.revision;
            if (known == state_.audioSessions.end())
                (*this)(AudioSessionChanged{session, AudioSessionChange::created});
            else if (known->second != session)
                (*this)(AudioSessionChanged{session, known->second.state != session.state ? AudioSessionChange::state : AudioSessionChange::volume});
        }
    }

    void operator()(const SourceConnected& fact) {
        auto& source = state_.sources[fact.source];
        const bool news = !source.connected || source.capabilities != fact.capabilities;
        const bool known = source.connected;
        source = {true, fact.capabilities, std::nullopt};
        if (!news) return;
        json::object capabilities;
        for (auto& [what, can] : fact.capabilities) capabilities[what] = can;
        publish({Kind::source, std::string(name(fact.source))}, {},
                {{"event", known ? "capabilities" : "connected"}, {"source", name(fact.source)}, {"capabilities", std::move(capabilities)}});
    }

    void operator()(const SourceLost& fact) {
        auto& source = state_.sources[fact.source];
        source.connected = false;
        source.fault = fact.cause;
        json::object data{{"event", "lost"}, {"source", name(fact.source)}, {"cause", fact.cause.slug.text()}, {"detail", fact.cause.detail}};
        if (fact.cause.hresult) data["hresult"] = hex(*fact.cause.hresult);
        if (!fact.cause.symbol.empty()) data["symbol"] = fact.cause.symbol;
        publish({Kind::source, std::string(name(fact.source))}, {}, std::move(data));
        if (fact.source != Source::telephony) return;
        for (auto& [id, agent] : state_.agents)
            if (!agent.stale) agent.stale = Stale{time_, std::string(fact.cause.slug)};
        for (auto& [id, session] : state_.sessions)
            if (!session.stale) session.stale = Stale{time_, std::string(fact.cause.slug)};
    }

    void operator()(const PendingStateChanged& fact) {
        const auto known = state_.sessions.find(fact.session);
        if (known == state_.sessions.end()) return;
        auto& session = known->second;
        session.pendingState = fact.state;
        const auto event = fact.refused ? SessionEvent::pending_state_refused : SessionEvent::pending_state;
        json::object more;
        if (fact.refused) more["problem"] = problemOf(*fact.refused);
        publishSession(session, event, session.state, std::move(more),
                       attribute({Kind::agent_session, session.id, session.agent, name(event), session.acdGroup}));
    }

    void operator()(const PresenceChanged& fact) {
        const auto known = state_.agents.find(fact.agent);
        if (known == state_.agents.end() || known->second.present == fact.present) return;
        known->second.present = fact.present;
        publishAgent(known->second, fact.present ? AgentEvent::present : AgentEvent::absent);
    }

    void operator()(const WebhookChanged& fact) { publish({Kind::webhook, fact.id}, {fact.owner}, json::object(fact.data)); }

private:
    static PresenceEvent event(bool added) { return added ? PresenceEvent::added : PresenceEvent::removed; }
    // The agent's first session in a group makes it visible to those who see the group.
    void join(const AgentSession& session) {
        const bool fresh = state_.memberships[session.agent].insert(session.acdGroup).second;
        const auto agent = state_.agents.find(session.agent);
        if (agent == state_.agents.end()) return;
        auto& sessions = agent->second.sessions;
        if (std::ranges::find(sessions, session.id) == sessions.end()) sessions.push_back(session.id);
        if (fresh) publishAgent(agent->second, AgentEvent::group_joined);
    }

    // Its calls that were told before it concerned nobody; to those who see it they come into view only now.
    void tellCallsOf(const std::string& session) {
        for (const auto& [id, call] : state_.calls)
            if (call.session == session) publishCall(call, CallEvent::state);
    }

    void enter(AgentSession& session, SessionState state, std::optional<std::string> reason) {
        if (session.state != state || session.since == Time{}) session.since = time_;
        session.state = state;
        session.reason = std::move(reason);
        session.allowedStates = allowedStates(state);
    }

    void bury(const std::string& id) {
        auto node = state_.sessions.extract(id);
        if (const auto agent = state_.agents.find(node.mapped().agent); agent != state_.agents.end()) std::erase(agent->second.sessions, id);
        state_.ended.insert(std::move(node));
        state_.endedOrder.push_back(id);
        if (state_.endedOrder.size() <= endedKept) return;
        state_.ended.erase(state_.endedOrder.front());
        state_.endedOrder.pop_front();
    }

    Attributed attribute(const Happened& is) const { return attribution_ ? attribution_(is) : Attributed{}; }

    std::uint64_t nextRevision() const { return number_ + changes.size() + 1; }

    void publishAgent(Agent& agent, AgentEvent event) { publishAgent(agent, event, attribute({Kind::agent, agent.id, agent.id, name(event)})); }

    void publishAgent(Agent& agent, AgentEvent event, const Attributed& by) {
        agent.revision = nextRevision();
        publish({Kind::agent, agent.id}, concernOf(state_, agent), toldOf(agent, "event", name(event)), by);
    }

    void publishCall(const Call& call, CallEvent event) {
        const auto concern = state_.callConcerns[call.id] = concernOf(state_, call);
        publish({Kind::call, call.id}, concern, toldOf(call, "event", name(event)));
    }

    void publishSession(AgentSession& session, SessionEvent event, SessionState previous, json::object more = {}, Attributed by = {}) {
        session.revision = nextRevision();
        auto data = toldOf(session, "event", name(event));
        data["previousState"] = name(previous);
        for (auto& member : more) data[member.key()] = std::move(member.value());
        publish({Kind::agent_session, session.id}, concernOf(state_, session), std::move(data), by);
    }

    template <class T>  // what happened to it, and it as it is now
    static json::object toldOf(const T& item, std::string_view what, std::string_view happened) {
        return {{what, happened}, {rowOf(kindOf<T>).member, toJson(item)}};
    }

    void publish(ObjectRef object, Concern concern, json::object data, Attributed by = {}, bool latestWins = false) {
        if (by.cause) data["cause"] = toJson(*by.cause);
        changes.push_back({std::move(object), std::move(concern), std::move(data), by.command, latestWins});
    }

    template <class T>
    void presence(const T& item, PresenceEvent event) {
        auto& all = state_.*listOf<T>;
        const T copy = item;  // may live in `all`
        if (event == PresenceEvent::removed)
            all.erase(copy.id);
        else
            all[copy.id] = copy;
        publish({kindOf<T>, copy.id}, concernOf(state_, copy), toldOf(copy, "event", name(event)));
    }

    template <class T>
    static std::vector<std::string> missing(const std::map<std::string, T>& all, const std::vector<T>& now) {
        std::set<std::string> present;
        for (auto& item : now) present.insert(item.id);
        std::vector<std::string> gone;
        for (auto& [id, item] : all)
            if (!present.contains(id)) gone.push_back(id);
        return gone;
    }

    template <class T, class Tell>
    void reconcile(std::map<std::string, T>& all, const std::vector<T>& now, Tell tell) {
        for (const auto& id : missing(all, now)) tell(all.at(id), false);
        for (auto& item : now)
            if (!all.contains(item.id)) tell(item, true);
    }

    State& state_;
    Time time_;
    std::uint64_t number_;  // of the last event before this fact's
    const Attribution& attribution_;
};

// Nothing: it is not told whole, or not as this gateway writes it.
template <class T>
std::optional<T> told(const json::object& data) {
    const auto* value = data.if_contains(rowOf(kindOf<T>).member);
    if (!value) return std::nullopt;
    T item;
    std::vector<FieldError> errors;
    auto complete = *value;
    if (complete.is_object()) {  // an event of an older journal lacks what was added since
        if constexpr (requires { item.revision; }) complete.get_object().emplace("revision", 0);
        if constexpr (requires { item.present; }) complete.get_object().emplace("present", false);
    }
    fromJson(complete, item, "", errors);
    return errors.empty() ? std::optional(std::move(item)) : std::nullopt;
}

bool isOver(const auto&) { return false; }
bool isOver(const Call& call) { return call.state == CallState::disconnected || call.state == CallState::idle; }
bool isOver(const AudioSession& session) { return session.state == AudioSessionState::expired; }

void alsoRemember(State&, const auto&, const Concern&) {}
void alsoRemember(State& state, const AgentSession&, const Concern& concern) {
    state.memberships[concern.agent].insert(concern.groups.begin(), concern.groups.end());
}
void alsoRemember(State& state, const Agent&, const Concern& concern) { state.memberships[concern.agent].insert(concern.groups.begin(), concern.groups.end()); }
void alsoRemember(State& state, const Call& call, const Concern& concern) { state.callConcerns[call.id] = concern; }

}  // namespace

const AgentSession* State::session(const std::string& id) const {
    if (const auto open = sessions.find(id); open != sessions.end()) return &open->second;
    const auto gone = ended.find(id);
    return gone == ended.end() ? nullptr : &gone->second;
}

std::string State::groupName(const std::string& idOrName) const {
    const auto known = groups.find(idOrName);
    return known == groups.end() ? idOrName : known->second.name;
}

std::vector<Change> apply(State& state, const Fact& fact, std::uint64_t number, const Attribution& attribution) {
    Application application(state, fact.time, number, attribution);
    std::visit(application, fact.what);
    return std::move(application.changes);
}

bool remember(State& state, Kind kind, const json::object& cloudEvent, const Concern& concern) {
    const auto* said = cloudEvent.if_contains("data");
    if (!said || !said->is_object()) return false;  // not of this gateway's writing
    const auto& data = said->get_object();
    const auto says = [&](std::string_view key, std::string_view value) {
        const auto* is = data.if_contains(key);
        return is && is->is_string() && std::string_view(is->get_string()) == value;
    };
    if (says("event", "end") || says("event", "signed-out") || says("event", "removed") || says("change", "removed") || says("change", "disconnected"))
        return false;
    bool known = false;
    forEachThing([&](auto of) {
        using T = typename decltype(of)::type;
        if (kindOf<T> != kind) return;
        auto item = told<T>(data);
        if (!item || isOver(*item)) return;
        alsoRemember(state, *item, concern);
        auto id = item->id;
        (state.*listOf<T>)[std::move(id)] = std::move(*item);
        known = true;
    });
    return known;
}

}  // namespace deskline::events
