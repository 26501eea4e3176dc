#include "events/facts/apply.hpp"

#include "events/facts/audio_facts.hpp"
#include "events/facts/telephony_facts.hpp"

namespace deskline::events {
namespace {

namespace json = boost::json;

// Of the sources themselves.
class SourceFacts {
public:
    SourceFacts(State& state, Changes& changes) : state_(state), changes_(changes) {}

    void operator()(const SourceConnected& fact) {
        auto& source = state_.sources[fact.source];
        const bool news = !source.connected || source.capabilities != fact.capabilities;
        const bool known = source.connected;
        source = {true, fact.capabilities, std::nullopt};
        if (!news) return;
        changes_.publish({Kind::source, std::string(name(fact.source))}, {},
                         json::object{{"event", known ? "capabilities" : "connected"},
                                      {"source", name(fact.source)},
                                      {"capabilities", source.capabilitiesJson()}});
    }

    void operator()(const SourceLost& fact) {
        auto& source = state_.sources[fact.source];
        source.connected = false;
        source.fault = fact.cause;
        json::object data{{"event", "lost"},
                          {"source", name(fact.source)},
                          {"cause", fact.cause.slug.text()},
                          {"detail", fact.cause.detail}};
        if (fact.cause.hresult) data["hresult"] = hex(*fact.cause.hresult);
        if (!fact.cause.symbol.empty()) data["symbol"] = fact.cause.symbol;
        changes_.publish({Kind::source, std::string(name(fact.source))}, {}, std::move(data));
        if (fact.source != Source::telephony) return;
        for (auto& [id, agent] : state_.all<Agent>())
            if (!agent.stale) agent.stale = Stale{changes_.time(), std::string(fact.cause.slug)};
        for (auto& [id, session] : state_.all<AgentSession>())
            if (!session.stale) session.stale = Stale{changes_.time(), std::string(fact.cause.slug)};
    }

private:
    State& state_;
    Changes& changes_;
};

class All : public TelephonyFacts, public AudioFacts, public SourceFacts {
public:
    All(State& state, Changes& changes)
        : TelephonyFacts(state, changes), AudioFacts(state, changes), SourceFacts(state, changes), changes_(changes) {}
    using TelephonyFacts::operator(), AudioFacts::operator(), SourceFacts::operator();
    // A fact that is its event's data as it stands.
    template <class T>
    requires std::same_as<std::remove_cv_t<decltype(T::kind)>, Kind>
    void operator()(const T& fact) {
        changes_.publish({T::kind, fact.subject()}, {}, toJson(fact).as_object(), {},
                         T::kind == Kind::audio_meter ? Delivery::ephemeral : Delivery::lossless);
    }
    void operator()(const WebhookChanged& fact) {
        changes_.publish({Kind::webhook, fact.id}, {.owner = fact.owner}, json::object(fact.data));
    }

private:
    Changes& changes_;
};

}  // namespace

std::vector<Change> apply(State& state, const Fact& fact, std::uint64_t number, const Attribution& attribution) {
    Changes changes(fact.time, number, attribution);
    std::visit(All(state, changes), fact.what);
    return std::move(changes.all());
}

}  // namespace deskline::events
