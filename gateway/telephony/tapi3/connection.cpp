#include "telephony/tapi3/connection.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "model/id.hpp"

namespace deskline::telephony {
namespace {

using com::Bstr;

constexpr long audioMedia = 0x8;  // TAPIMEDIATYPE_AUDIO

template <class T, class Entries>
const typename Entries::value_type* find(const Entries& entries, T&& matches) {
    const auto found = std::ranges::find_if(entries, matches);
    return found == entries.end() ? nullptr : &*found;
}

}  // namespace

Connection::Connection(source::Report report, Lost lost, Gone gone, std::string onlyHandler)
    : report_(std::move(report)),
      lost_(std::move(lost)),
      gone_(std::move(gone)),
      onlyHandler_(std::move(onlyHandler)) {}

Connection::~Connection() { close(); }

bool Connection::failed(HRESULT code, std::string_view what) {
    if (SUCCEEDED(code)) return false;
    const auto fault = com::failed(code, what);
    spdlog::warn("{}", fault.detail);
    if (meansSourceLost(static_cast<std::uint32_t>(code))) lost_(fault);
    return true;
}

Result<TelephonyInventory> Connection::build(const std::map<std::string, Credential>& agents) {
    if (const HRESULT code = CoCreateInstance(tapiClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(ITTAPI),
                                              reinterpret_cast<void**>(tapi_.GetAddressOf()));
        FAILED(code))
        return com::failed(code, "CoCreateInstance(CLSID_TAPI)");
    if (const HRESULT code = tapi_->Initialize(); FAILED(code)) {
        tapi_.Reset();  // Shutdown fails where Initialize never succeeded
        return com::failed(code, "ITTAPI::Initialize");
    }
    if (const HRESULT code = tapi_->put_EventFilter(eventFilter); FAILED(code))
        return com::failed(code, "ITTAPI::put_EventFilter");
    const auto points = com::query<IConnectionPointContainer>(tapi_.Get());
    if (!points) return com::failed(E_NOINTERFACE, "QueryInterface(IConnectionPointContainer)");
    if (const HRESULT code = points->FindConnectionPoint(__uuidof(ITTAPIEventNotification), point_.GetAddressOf());
        FAILED(code))
        return com::failed(code, "FindConnectionPoint(ITTAPIEventNotification)");
    sink_.Attach(new EventSink(queue_));
    if (const HRESULT code = point_->Advise(sink_.Get(), &cookie_); FAILED(code)) {
        cookie_ = 0;
        return com::failed(code, "IConnectionPoint::Advise");
    }

    TelephonyInventory inventory;
    const auto center = com::query<ITTAPICallCenter>(tapi_.Get());
    if (!center) return inventory;  // no call-center controls here: calls and audio still work
    const auto handlers = handlersOf(center.Get());
    if (!handlers) return handlers.error();
    for (const auto& handler : *handlers)
        if (const auto added = addHandler(handler.Get(), inventory); !added) return added.error();
    for (const auto& [id, credential] : agents) {
        const auto back = signIn(id, credential);
        if (!back) {
            if (back.error().hresult && meansSourceLost(*back.error().hresult)) return back.error();
            spdlog::warn("agent {} could not be signed in again: {}", id, back.error().detail);
            continue;
        }
        const auto entry = agent(id);
        std::string handlerName;
        {
            const std::lock_guard lock(mutex_);
            handlerName = agents_.at(id).handler;
        }
        if (auto value = readAgent(entry.Get(), handlerName)) {
            value->id = id;
            inventory.agents.push_back(std::move(*value));
        }
    }
    const std::lock_guard lock(mutex_);
    for (auto& [id, session] : sessions_) {
        session.announced = true;
        inventory.sessions.push_back(session.value);
        for (auto& agent : inventory.agents)
            if (agent.id == session.value.agent) agent.sessions.push_back(id);
    }
    return inventory;
}

Result<void> Connection::addHandler(ITAgentHandler* handler, TelephonyInventory& inventory) {
    const auto name = readName(handler);
    if (!name) return name.error();
    if (!onlyHandler_.empty() && *name != onlyHandler_) return {};
    {
        const std::lock_guard lock(mutex_);
        if (find(handlers_, [&](const Handler& h) { return h.name == *name; })) return {};
        handlers_.push_back({handler, com::identityOf(handler), *name});
    }
    inventory.handlers.push_back({stableId({"handler", *name}), *name});
    const auto groups = groupsOf(handler);
    if (!groups) return groups.error();
    for (const auto& group : *groups)
        if (const auto added = addGroup(group.Get(), *name, inventory);
            !added && added.error().hresult && meansSourceLost(*added.error().hresult))
            return added.error();
    const auto addresses = addressesOf(handler);
    if (!addresses) return addresses.error();
    for (const auto& address : *addresses) addAddress(address.Get(), *name, inventory);
    return {};
}

Result<std::string> Connection::addGroup(ITACDGroup* group, const std::string& handler, TelephonyInventory& inventory) {
    const auto name = readName(group);
    if (!name) return name.error();
    const AcdGroup value{stableId({"group", handler, *name}), *name, handler};
    Group fresh{group, com::identityOf(group), value};  // what it replaces is released outside the lock
    {
        const std::lock_guard lock(mutex_);
        std::swap(groups_[value.id], fresh);
    }
    inventory.groups.push_back(value);
    const auto queues = queuesOf(group);
    if (!queues) {
        spdlog::warn("the queues of group {}: {}", *name, queues.error().detail);
        return Result<std::string>(boost::system::in_place_value, value.id);
    }
    for (const auto& queue : *queues) {
        const auto queueName = readName(queue.Get());
        if (!queueName) continue;
        Queue entry{stableId({"queue", handler, *name, *queueName}), *queueName, *name, {}};
        if (const auto figures = telephony::readStatistics(queue.Get())) entry.statistics = *figures;
        inventory.queues.push_back(entry);
        QueueEntry one{queue, com::identityOf(queue.Get()), value.id, std::move(entry)};
        const std::lock_guard lock(mutex_);
        std::swap(queues_[one.value.id], one);
    }
    return Result<std::string>(boost::system::in_place_value, value.id);
}

void Connection::addAddress(ITAddress* address, const std::string& handler, TelephonyInventory& inventory) {
    const auto name = readName(address);
    if (!name) return;
    AddressEntry entry{address, com::identityOf(address), {stableId({"address", handler, *name}), *name, handler}};
    std::vector<long> former;  // of this very line, which is told once more
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = addresses_.find(entry.value.id); known != addresses_.end())
            (known->second.identity == entry.identity ? former : entry.registrations).swap(known->second.registrations);
    }
    for (const long registration : former) tapi_->UnregisterNotifications(static_cast<__LONG32>(registration));
    // Monitor, not owner: the user's softphone stays in charge of the call. VARIANT_TRUE is −1.
    __LONG32 registration = 0;
    if (const HRESULT code = tapi_->RegisterCallNotifications(address, VARIANT_TRUE, VARIANT_FALSE, audioMedia,
                                                              static_cast<__LONG32>(cookie_), &registration);
        SUCCEEDED(code)) {
        entry.registrations.push_back(registration);
    } else {
        spdlog::warn("calls on {} will not be seen: {}", *name,
                     com::failed(code, "ITTAPI::RegisterCallNotifications").detail);
    }
    inventory.addresses.push_back(entry.value);
    for (const auto& call : callsOf(address)) {
        CALL_STATE state{};
        if (FAILED(call->get_CallState(&state)) || fromTapi(state) == CallState::disconnected ||
            fromTapi(state) == CallState::idle)
            continue;
        Call value{.id = "call-" + randomId(6),
                   .address = *name,
                   .direction = readDirection(call.Get()),
                   .state = fromTapi(state),
                   .since = now()};
        readParties(call.Get(), value);
        inventory.calls.push_back(value);
        const std::lock_guard lock(mutex_);
        calls_[com::identityOf(call.Get()).Get()] = {call, std::move(value)};
    }
    const std::lock_guard lock(mutex_);
    std::swap(addresses_[entry.value.id], entry);
}

void Connection::listen() {
    thread_ = std::thread([this] {
        const auto apartment = com::enterApartment();
        run();
    });
}

void Connection::close() {
    if (point_ && cookie_) point_->Unadvise(std::exchange(cookie_, 0));
    queue_->close();
    if (thread_.joinable()) thread_.join();
    std::vector<long> registrations;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, address] : addresses_)
            registrations.insert(registrations.end(), address.registrations.begin(), address.registrations.end());
    }
    if (tapi_)
        for (const long registration : registrations)
            tapi_->UnregisterNotifications(static_cast<__LONG32>(registration));
    decltype(calls_) calls;
    decltype(sessions_) sessions;
    decltype(agents_) agents;
    decltype(groups_) groups;
    decltype(queues_) queues;
    decltype(addresses_) addresses;
    decltype(handlers_) handlers;
    {
        const std::lock_guard lock(mutex_);
        sessionByIdentity_.clear();
        calls.swap(calls_);
        sessions.swap(sessions_);
        agents.swap(agents_);
        groups.swap(groups_);
        queues.swap(queues_);
        addresses.swap(addresses_);
        handlers.swap(handlers_);
    }
    calls.clear(), sessions.clear(), agents.clear(), queues.clear(), groups.clear(), addresses.clear(),
        handlers.clear();
    point_.Reset();
    sink_.Reset();
    if (tapi_) tapi_->Shutdown();
    tapi_.Reset();
}

std::map<std::string, bool> Connection::capabilities() const {
    const std::lock_guard lock(mutex_);
    const bool handler = !handlers_.empty();
    const bool calls =
        std::ranges::any_of(addresses_, [](const auto& entry) { return !entry.second.registrations.empty(); });
    return {{"agentSessions", handler},
            {"agentStatistics", handler},
            {"queues", !queues_.empty()},
            {"calls", calls},
            {"sessionPin", handler}};
}

ComPtr<ITAgent> Connection::agent(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = agents_.find(id);
    return found == agents_.end() ? nullptr : found->second.object;
}

ComPtr<ITAgentSession> Connection::session(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : found->second.object;
}

bool Connection::ended(const std::string& session) const {
    const std::lock_guard lock(mutex_);
    return ended_.contains(session);
}

std::vector<Address> Connection::addresses() const {
    const std::lock_guard lock(mutex_);
    std::vector<Address> all;
    for (const auto& [id, entry] : addresses_) all.push_back(entry.value);
    return all;
}

Result<bool> Connection::signIn(const std::string& id, const Credential& credential) {
    ComPtr<ITAgentHandler> handler;
    std::string handlerName;
    {
        const std::lock_guard lock(mutex_);
        const auto* found = find(handlers_, [&](const Handler& h) {
            return credential.handler.empty() || h.name == credential.handler ||
                   stableId({"handler", h.name}) == credential.handler;
        });
        if (!found && handlers_.empty())
            return Fault{
                "not-supported",
                "This host has no agent handler: the service provider has no agent proxy. Run `deskline doctor`."};
        if (!found)
            return Fault{"invalid-argument",
                         "There is no agent handler '" + credential.handler + "'.",
                         {},
                         {},
                         false,
                         {{"/handler", "names no agent handler"}}};
        handler = found->object;
        handlerName = found->name;
    }
    ComPtr<ITAgent> object;
    if (credential.asUser) {
        if (const HRESULT code = handler->CreateAgent(object.GetAddressOf()); FAILED(code))
            return com::failed(code, "ITAgentHandler::CreateAgent");
    } else {
        Bstr agentId(id), pin(credential.pin);  // never NULL: an empty BSTR stands for no PIN
        const HRESULT code = handler->CreateAgentWithID(agentId.get(), pin.get(), object.GetAddressOf());
        pin.wipe();
        if (FAILED(code)) return com::failed(code, "ITAgentHandler::CreateAgentWithID");
    }
    {
        const auto identity = com::identityOf(object.Get());
        const std::lock_guard lock(mutex_);
        if (agents_.contains(id)) return false;
        if (!find(handlers_, [&](const Handler& h) { return h.object == handler; }))
            return Fault{"resource-unavailable", "The agent handler '" + handlerName + "' went away meanwhile."};
        agents_[id] = {object, identity, handlerName};
    }
    const auto sessions = sessionsOf(object.Get());
    if (sessions)
        for (const auto& session : *sessions) {
            bool fresh = false;
            if (const auto met = meet(session.Get(), fresh); !met)
                spdlog::warn("a session of agent {} could not be read: {}", id, met.error().detail);
        }
    return true;
}

std::string Connection::handlerOf(const std::string& agent) const {
    const std::lock_guard lock(mutex_);
    const auto found = agents_.find(agent);
    return found == agents_.end() ? std::string() : found->second.handler;
}

void Connection::announceSessionsOf(const std::string& agent) {
    std::vector<std::pair<std::string, SessionState>> open;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [id, entry] : sessions_)
            if (entry.value.agent == agent && !entry.announced) open.emplace_back(id, entry.value.state);
    }
    for (auto& [id, state] : open) {
        announce(id, now());
        report({SessionRead{id, state}});
    }
}

void Connection::signOut(const std::string& id) {
    std::vector<std::pair<std::string, ComPtr<ITAgentSession>>> open;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [session, entry] : sessions_)
            if (entry.value.agent == id) open.emplace_back(session, entry.object);
    }
    for (auto& [session, object] : open)
        if (const HRESULT code = object->put_State(::ASST_SESSION_ENDED); FAILED(code))
            spdlog::warn("session {} of agent {}: {}", session, id,
                         com::failed(code, "ITAgentSession::put_State").detail);
    AgentEntry gone;
    std::vector<SessionEntry> released;  // outside the lock
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = agents_.find(id); found != agents_.end()) {
            gone = std::move(found->second);
            agents_.erase(found);
        }
        for (auto& [session, object] : open)
            if (const auto found = sessions_.find(session); found != sessions_.end()) {
                forgetObjectsOf(session);
                released.push_back(std::move(found->second));
                sessions_.erase(found);
                ended_.insert(session);
            }
    }
}

void Connection::forgetObjectsOf(const std::string& session) {
    std::erase_if(sessionByIdentity_, [&](const auto& entry) { return entry.second == session; });
}

std::string Connection::agentOf(ITAgentSession* session) {
    ComPtr<ITAgent> agent;
    if (FAILED(session->get_Agent(agent.GetAddressOf())) || !agent) return {};
    const auto identity = com::identityOf(agent.Get());
    {
        const std::lock_guard lock(mutex_);
        for (auto& [id, entry] : agents_)
            if (entry.identity.Get() == identity.Get()) return id;
    }
    Bstr text;
    if (SUCCEEDED(agent->get_ID(text.receive())) && !text.text().empty()) return text.text();
    return SUCCEEDED(agent->get_User(text.receive())) ? text.text() : std::string();
}

Result<std::string> Connection::meet(ITAgentSession* session, bool& fresh) {
    fresh = false;
    const auto identity = com::identityOf(session);
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = sessionByIdentity_.find(identity.Get()); known != sessionByIdentity_.end())
            return Result<std::string>(boost::system::in_place_value, known->second);
    }
    AgentSession value;
    value.agent = agentOf(session);
    ComPtr<ITACDGroup> group;
    ComPtr<ITAddress> address;
    if (const HRESULT code = session->get_ACDGroup(group.GetAddressOf()); FAILED(code))
        return com::failed(code, "ITAgentSession::get_ACDGroup");
    if (const HRESULT code = session->get_Address(address.GetAddressOf()); FAILED(code))
        return com::failed(code, "ITAgentSession::get_Address");
    if (const auto name = readName(group.Get())) value.acdGroup = *name;
    if (const auto name = readName(address.Get())) value.address = *name;
    AGENT_SESSION_STATE state{};
    if (const HRESULT code = session->get_State(&state); FAILED(code))
        return com::failed(code, "ITAgentSession::get_State");
    value.state = fromTapi(state);
    value.allowedStates = allowedStates(value.state);
    const auto start = readStart(session);
    if (!start)
        spdlog::warn("a session of agent {} tells no start; its id will not outlive the gateway: {}", value.agent,
                     start.error().detail);
    value.startedAt = value.since = start ? *start : now();
    std::string handler;
    ComPtr<IUnknown> oldest;  // released outside the lock
    const std::lock_guard lock(mutex_);
    if (const auto agent = agents_.find(value.agent); agent != agents_.end()) handler = agent->second.handler;
    value.id = sessionId(handler, value.agent, value.acdGroup, value.address, value.startedAt);
    const auto id = value.id;
    if (ended_.contains(id)) return Result<std::string>(boost::system::in_place_value, id);
    auto& entry = sessions_[id];
    fresh = !entry.object;
    if (fresh)
        entry = {session, identity, std::move(value)};
    else if (!sessionByIdentity_.contains(identity.Get())) {  // held, so that its address stands for nothing else
        entry.others.push_back(identity);
        if (entry.others.size() > mostSecondObjects) {
            oldest.Swap(entry.others.front());
            entry.others.pop_front();
            sessionByIdentity_.erase(oldest.Get());
        }
    }
    sessionByIdentity_[identity.Get()] = id;
    return Result<std::string>(boost::system::in_place_value, id);
}

void Connection::announce(const std::string& id, Time time) {
    AgentSession value;
    {
        const std::lock_guard lock(mutex_);
        const auto found = sessions_.find(id);
        if (found == sessions_.end() || std::exchange(found->second.announced, true)) return;
        value = found->second.value;
    }
    report({SessionChanged{id, SessionEvent::new_session, std::move(value)}, time});
}

Result<std::string> Connection::createSession(const std::string& agentId, const std::string& groupName,
                                              const std::string& addressName, const std::optional<Secret>& pin) {
    const auto agent = this->agent(agentId);
    if (!agent) return Fault{"agent-unknown", "Agent " + agentId + " is not signed in here."};
    ComPtr<ITACDGroup> group;
    ComPtr<ITAddress> address;
    bool removed = false;
    {
        const std::lock_guard lock(mutex_);
        removed = removedGroups_.contains(groupName);
        for (auto& [id, entry] : groups_)
            if (id == groupName || entry.value.name == groupName) group = entry.object;
        for (auto& [id, entry] : addresses_)
            if (id == addressName || entry.value.name == addressName) address = entry.object;
    }
    if (!address)
        return Fault{"invalid-argument",
                     "There is no address '" + addressName + "'; see /addresses.",
                     {},
                     {},
                     false,
                     {{"/address", "names no usable address"}}};
    if (!group) {  // as a switch would say
        const auto code = removed ? hresult("TAPI_E_CALLCENTER_GROUP_REMOVED") : hresult("LINEERR_INVALAGENTGROUP");
        return com::failed(static_cast<HRESULT>(code), "The list of ACD groups");
    }
    ComPtr<ITAgentSession> session;
    if (pin) {
        Bstr text(*pin);
        const HRESULT code =
            agent->CreateSessionWithPIN(group.Get(), address.Get(), text.get(), session.GetAddressOf());
        text.wipe();
        if (FAILED(code)) return com::failed(code, "ITAgent::CreateSessionWithPIN");
    } else if (const HRESULT code = agent->CreateSession(group.Get(), address.Get(), session.GetAddressOf());
               FAILED(code)) {
        return com::failed(code, "ITAgent::CreateSession");
    }
    bool fresh = false;
    auto id = meet(session.Get(), fresh);
    if (id) announce(*id, now());
    return id;
}

StatisticsRead Connection::readStatistics() {
    std::vector<std::pair<std::string, ComPtr<ITAgent>>> agents;
    std::vector<std::pair<std::string, ComPtr<ITAgentSession>>> sessions;
    std::vector<std::pair<std::string, ComPtr<ITQueue>>> queues;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [id, entry] : agents_) agents.emplace_back(id, entry.object);
        for (auto& [id, entry] : sessions_) sessions.emplace_back(id, entry.object);
        for (auto& [id, entry] : queues_) queues.emplace_back(id, entry.object);
    }
    StatisticsRead figures;
    const auto take = [this](const auto& read, auto& into, const std::string& id) {
        if (read)
            into[id] = *read;
        else if (read.error().hresult && meansSourceLost(*read.error().hresult))
            lost_(read.error());
        return static_cast<bool>(read);
    };
    for (auto& [id, object] : agents)
        if (!take(telephony::readStatistics(object.Get()), figures.agents, id)) break;
    for (auto& [id, object] : sessions)
        if (!take(telephony::readStatistics(object.Get()), figures.sessions, id)) break;
    for (auto& [id, object] : queues) take(telephony::readStatistics(object.Get()), figures.queues, id);
    return figures;
}

}  // namespace deskline::telephony
