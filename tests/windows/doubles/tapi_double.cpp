// TAPI 3 as real COM objects on the simulated switch: handler, agents, sessions, groups, queues, addresses, calls,
// enumerators, events on a thread of its own. DESKLINE_DOUBLE_TELEPHONY_CONSOLE: port of the simulator's console.
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <thread>

#include "com/com.hpp"
#include "object.hpp"
#include "simulation/control.hpp"
#include "simulation/driver.hpp"
#include "simulation/switch.hpp"
#include "telephony/tapi3/enums.hpp"
#include "telephony/tapi3/interfaces.hpp"

namespace deskline::doubles {
namespace {

using com::ComPtr;
using simulation::Code;
using simulation::Switch;

class Tapi;
boost::json::object held();

// One switch for the process, as one tapisrv.
struct World {
    Switch acd;
    std::unique_ptr<simulation::Driver> driver;
    std::unique_ptr<simulation::Console> console;
    std::atomic<bool> secondObjects{false};  // each event of a session brings another object that stands for it
    std::atomic<long> registrations{0};      // for calls, of all clients

    World()
        : acd({.traffic =
                   std::getenv("DESKLINE_DOUBLE_TRAFFIC") ? std::atof(std::getenv("DESKLINE_DOUBLE_TRAFFIC")) : 0.0,
               .seed = 1},
              now()) {
        driver = std::make_unique<simulation::Driver>(acd);
        if (const auto port = consolePort("DESKLINE_DOUBLE_TELEPHONY_CONSOLE"))
            console = std::make_unique<simulation::Console>(
                port, [this](const boost::json::object& request) -> boost::json::object {
                    if (request.contains("do") && request.at("do") == "figures")
                        return {{"live", liveObjects(Family::telephony).load()},
                                {"callbacks", callbackFigures()},
                                {"held", held()}};
                    if (request.contains("do") && request.at("do") == "second-objects") {
                        secondObjects = true;
                        return {{"ok", true}};
                    }
                    return simulation::control(acd, request);
                });
    }
};
World& world() {
    static auto* one = new World;  // to the end of the process
    return *one;
}

HRESULT hr(Code code) { return static_cast<HRESULT>(code); }

HRESULT give(const std::string& text, BSTR* out) {
    if (!out) return E_POINTER;
    const auto wide = com::toUtf16(text);
    *out = SysAllocStringLen(wide.data(), static_cast<UINT>(wide.size()));
    return *out ? S_OK : E_OUTOFMEMORY;
}
HRESULT give(std::int64_t value, __LONG32* out) {
    if (!out) return E_POINTER;
    *out = static_cast<__LONG32>(value);
    return S_OK;
}
HRESULT give(double perHour, CURRENCY* out) {
    if (!out) return E_POINTER;
    out->int64 = static_cast<LONGLONG>(perHour * 10'000.0 + 0.5);
    return S_OK;
}
std::string text(BSTR in) { return in ? com::toUtf8({in, SysStringLen(in)}) : std::string(); }

// Next, Skip, Reset, Clone over interface pointers.
template <class Enumerator, class Item>
class Enumeration final : public TapiObject<Enumerator> {
public:
    explicit Enumeration(std::vector<ComPtr<Item>> items, std::size_t at = 0) : items_(std::move(items)), at_(at) {}
    HRESULT STDMETHODCALLTYPE Next(ULONG count, Item** out, ULONG* fetched) override {
        if (!out || !fetched) return E_POINTER;
        for (*fetched = 0; *fetched < count && at_ < items_.size(); ++*fetched) items_[at_++].CopyTo(&out[*fetched]);
        return *fetched == count ? S_OK : S_FALSE;
    }
    HRESULT STDMETHODCALLTYPE Reset() override {
        at_ = 0;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE Skip(ULONG count) override {
        at_ = std::min<std::size_t>(items_.size(), at_ + count);
        return at_ < items_.size() ? S_OK : S_FALSE;
    }
    HRESULT STDMETHODCALLTYPE Clone(Enumerator** out) override {
        *out = new Enumeration(items_, at_);
        return S_OK;
    }

private:
    std::vector<ComPtr<Item>> items_;
    std::size_t at_;
};

template <class Enumerator, class Item>
HRESULT enumerate(std::vector<ComPtr<Item>> items, Enumerator** out) {
    if (!out) return E_POINTER;
    *out = new Enumeration<Enumerator, Item>(std::move(items));
    return S_OK;
}

// One object for each thing of the switch, as long as anybody holds it.
template <class T>
class Registry {
public:
    ComPtr<T> get(const std::string& key) {
        const std::lock_guard lock(mutex_);
        ComPtr<T> object;
        if (auto& known = objects_[key])
            object = known;
        else {
            object.Attach(new T(key));
            objects_[key] = object.Get();
        }
        kept_[key] = object;  // to the next `drop`: an object's identity must not change while the client knows it
        return object;
    }
    void drop() {
        std::map<std::string, ComPtr<T>> gone;
        const std::lock_guard lock(mutex_);
        gone.swap(kept_);
        objects_.clear();
    }
    std::int64_t held() {  // by the client
        const std::lock_guard lock(mutex_);
        return std::ranges::count_if(kept_, [](const auto& entry) { return entry.second->references() > 1; });
    }

private:
    std::mutex mutex_;
    std::map<std::string, T*> objects_;
    std::map<std::string, ComPtr<T>> kept_;
};

class AddressObject final : public TapiObject<Automation<ITAddress>> {
public:
    explicit AddressObject(std::string name) : name(std::move(name)) {}
    const std::string name;
    HRESULT WINAPI get_State(ADDRESS_STATE* out) override {
        *out = ::AS_INSERVICE;
        return S_OK;
    }
    HRESULT WINAPI get_AddressName(BSTR* out) override { return give(name, out); }
    HRESULT WINAPI get_ServiceProviderName(BSTR* out) override { return give("Simulated service provider", out); }
    HRESULT WINAPI get_TAPIObject(ITTAPI**) override { return E_NOTIMPL; }
    HRESULT WINAPI CreateCall(BSTR, __LONG32, __LONG32, ITBasicCallControl**) override { return E_NOTIMPL; }
    HRESULT WINAPI get_Calls(VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI EnumerateCalls(IEnumCall** out) override { return enumerate<IEnumCall, ITCallInfo>({}, out); }
    HRESULT WINAPI get_DialableAddress(BSTR* out) override { return give(name, out); }
    HRESULT WINAPI CreateForwardInfoObject(ITForwardInformation**) override { return E_NOTIMPL; }
    HRESULT WINAPI Forward(ITForwardInformation*, ITBasicCallControl*) override { return E_NOTIMPL; }
    HRESULT WINAPI get_CurrentForwardInfo(ITForwardInformation**) override { return E_NOTIMPL; }
    HRESULT WINAPI put_MessageWaiting(VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI get_MessageWaiting(VARIANT_BOOL*) override { return E_NOTIMPL; }
    HRESULT WINAPI put_DoNotDisturb(VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI get_DoNotDisturb(VARIANT_BOOL*) override { return E_NOTIMPL; }
};
Registry<AddressObject>& addresses() {
    static Registry<AddressObject> all;
    return all;
}

class QueueObject final : public TapiObject<Automation<ITQueue>> {
public:
    explicit QueueObject(std::string name) : name(std::move(name)) {}
    const std::string name;
    HRESULT WINAPI put_MeasurementPeriod(__LONG32 period) override {
        called(fmt::format("ITQueue::put_MeasurementPeriod({})", period));
        return hr(world().acd.setMeasurementPeriod(name, period));
    }
    HRESULT WINAPI get_MeasurementPeriod(__LONG32* out) override {
        return figure(&QueueStatistics::measurementPeriodSeconds, out);
    }
    HRESULT WINAPI get_TotalCallsQueued(__LONG32* out) override { return figure(&QueueStatistics::queued, out); }
    HRESULT WINAPI get_CurrentCallsQueued(__LONG32* out) override { return figure(&QueueStatistics::waiting, out); }
    HRESULT WINAPI get_TotalCallsAbandoned(__LONG32* out) override { return figure(&QueueStatistics::abandoned, out); }
    HRESULT WINAPI get_TotalCallsFlowedIn(__LONG32* out) override { return figure(&QueueStatistics::flowedIn, out); }
    HRESULT WINAPI get_TotalCallsFlowedOut(__LONG32* out) override { return figure(&QueueStatistics::flowedOut, out); }
    HRESULT WINAPI get_LongestEverWaitTime(__LONG32* out) override {
        return figure(&QueueStatistics::longestEverWaitSeconds, out);
    }
    HRESULT WINAPI get_CurrentLongestWaitTime(__LONG32* out) override {
        return figure(&QueueStatistics::longestWaitSeconds, out);
    }
    HRESULT WINAPI get_AverageWaitTime(__LONG32* out) override {
        return figure(&QueueStatistics::averageWaitSeconds, out);
    }
    HRESULT WINAPI get_FinalDisposition(__LONG32* out) override {
        return figure(&QueueStatistics::finalDisposition, out);
    }
    HRESULT WINAPI get_Name(BSTR* out) override { return removed() ? hr(0x80040046) : give(name, out); }

private:
    bool removed() const { return world().acd.queueRemoved(name); }
    HRESULT figure(std::int64_t QueueStatistics::*which, __LONG32* out) {
        if (const Code code = world().acd.faults().pass("ITQueue", name)) return hr(code);
        const auto queue = world().acd.queue(name);
        return !queue || removed() ? hr(0x80040046) : give(queue->statistics.*which, out);
    }
};
Registry<QueueObject>& queues() {
    static Registry<QueueObject> all;
    return all;
}

class GroupObject final : public TapiObject<Automation<ITACDGroup>> {
public:
    explicit GroupObject(std::string name) : name(std::move(name)) {}
    const std::string name;
    HRESULT WINAPI get_Name(BSTR* out) override { return removed() ? hr(0x80040045) : give(name, out); }
    HRESULT WINAPI EnumerateQueues(IEnumQueue** out) override {
        called("ITACDGroup::EnumerateQueues");
        if (removed()) return hr(0x80040045);
        std::vector<ComPtr<ITQueue>> items;
        if (!world().acd.queueRemoved(name)) items.emplace_back(queues().get(name));
        return enumerate(std::move(items), out);
    }
    HRESULT WINAPI get_Queues(VARIANT*) override { return E_NOTIMPL; }

private:
    bool removed() const { return world().acd.groupRemoved(name); }
};
Registry<GroupObject>& groups() {
    static Registry<GroupObject> all;
    return all;
}

class SessionObject;
Registry<SessionObject>& sessions();
class AgentObject;
Registry<AgentObject>& agents();
ComPtr<ITAgent> agentObject(const std::string& id);

struct Places {  // where objects were that are gone
    std::mutex mutex;
    std::vector<void*> free;
};
Places& places() {
    static auto* all = new Places;  // to the end of the process
    return *all;
}
std::atomic<long> secondSessions{0};  // that live

class SessionObject final : public TapiObject<Automation<ITAgentSession>> {
public:
    explicit SessionObject(std::string id, bool second = false) : id(std::move(id)), second_(second) {
        if (second_) ++secondSessions;
    }
    const std::string id;

    // The place of the one that went last is the next one's, as an allocator may have it.
    static void* operator new(std::size_t size) {
        auto& [mutex, free] = places();
        const std::lock_guard lock(mutex);
        if (free.empty()) return ::operator new(size);
        auto* place = free.back();
        free.pop_back();
        return place;
    }
    static void operator delete(void* place) {
        auto& [mutex, free] = places();
        const std::lock_guard lock(mutex);
        free.push_back(place);
    }

    HRESULT WINAPI get_Agent(ITAgent** out) override {
        const auto session = world().acd.session(id);
        return session ? agentObject(session->agent).CopyTo(out) : E_FAIL;
    }
    HRESULT WINAPI get_Address(ITAddress** out) override {
        const auto session = world().acd.session(id);
        return session ? ComPtr<ITAddress>(addresses().get(session->address)).CopyTo(out) : E_FAIL;
    }
    HRESULT WINAPI get_ACDGroup(ITACDGroup** out) override {
        const auto session = world().acd.session(id);
        return session ? ComPtr<ITACDGroup>(groups().get(session->acdGroup)).CopyTo(out) : E_FAIL;
    }
    HRESULT WINAPI put_State(AGENT_SESSION_STATE state) override {
        called(fmt::format("ITAgentSession::put_State({}) session={}", static_cast<int>(state), id));
        return hr(world().acd.setSessionState(id, state));
    }
    HRESULT WINAPI get_State(AGENT_SESSION_STATE* out) override {
        const auto session = world().acd.session(id);
        if (!session) return E_FAIL;
        *out = telephony::toTapi(session->state);
        return S_OK;
    }
    HRESULT WINAPI get_SessionStartTime(DATE* out) override {
        const auto session = world().acd.session(id);
        if (!session) return E_FAIL;
        *out = toOleDate(session->startedAt, 0);
        *out = toOleDate(session->startedAt, com::secondsEastOfUtc(*out));
        return S_OK;
    }
    HRESULT WINAPI get_SessionDuration(__LONG32* out) override {
        return figure(&SessionStatistics::durationSeconds, out);
    }
    HRESULT WINAPI get_NumberOfCalls(__LONG32* out) override { return figure(&SessionStatistics::calls, out); }
    HRESULT WINAPI get_TotalTalkTime(__LONG32* out) override { return figure(&SessionStatistics::talkSeconds, out); }
    HRESULT WINAPI get_AverageTalkTime(__LONG32* out) override {
        return figure(&SessionStatistics::averageTalkSeconds, out);
    }
    HRESULT WINAPI get_TotalCallTime(__LONG32* out) override { return figure(&SessionStatistics::callSeconds, out); }
    HRESULT WINAPI get_AverageCallTime(__LONG32* out) override {
        return figure(&SessionStatistics::averageCallSeconds, out);
    }
    HRESULT WINAPI get_TotalWrapUpTime(__LONG32* out) override {
        return figure(&SessionStatistics::wrapUpSeconds, out);
    }
    HRESULT WINAPI get_AverageWrapUpTime(__LONG32* out) override {
        return figure(&SessionStatistics::averageWrapUpSeconds, out);
    }
    HRESULT WINAPI get_ACDCallRate(CURRENCY* out) override {
        const auto session = world().acd.session(id);
        return session ? give(session->statistics.callsPerHour, out) : E_FAIL;
    }
    HRESULT WINAPI get_LongestTimeToAnswer(__LONG32* out) override {
        return figure(&SessionStatistics::longestAnswerSeconds, out);
    }
    HRESULT WINAPI get_AverageTimeToAnswer(__LONG32* out) override {
        return figure(&SessionStatistics::averageAnswerSeconds, out);
    }

private:
    ~SessionObject() override {
        if (second_) --secondSessions;
    }
    const bool second_;
    HRESULT figure(std::int64_t SessionStatistics::*which, __LONG32* out) {
        if (const Code code = world().acd.faults().pass("ITAgentSession", id)) return hr(code);
        const auto session = world().acd.session(id);
        return session ? give(session->statistics.*which, out) : E_FAIL;
    }
};
Registry<SessionObject>& sessions() {
    static Registry<SessionObject> all;
    return all;
}
ComPtr<ITAgentSession> sessionOfEvent(const std::string& id) {
    if (!world().secondObjects) return sessions().get(id);
    ComPtr<ITAgentSession> second;
    second.Attach(new SessionObject(id, true));
    return second;
}

class AgentObject final : public TapiObject<Automation<ITAgent>> {
public:
    explicit AgentObject(std::string id) : id(std::move(id)) {}
    const std::string id;
    HRESULT WINAPI EnumerateAgentSessions(IEnumAgentSession** out) override {
        called("ITAgent::EnumerateAgentSessions");
        std::vector<ComPtr<ITAgentSession>> items;
        for (const auto& session : world().acd.sessions())
            if (session.agent == id && session.state != SessionState::session_ended)
                items.emplace_back(sessions().get(session.id));
        return enumerate(std::move(items), out);
    }
    HRESULT WINAPI CreateSession(ITACDGroup* group, ITAddress* address, ITAgentSession** out) override {
        called(fmt::format("ITAgent::CreateSession agent={}", id));
        return create(group, address, nullptr, out);
    }
    HRESULT WINAPI CreateSessionWithPIN(ITACDGroup* group, ITAddress* address, BSTR pin,
                                        ITAgentSession** out) override {
        called(fmt::format("ITAgent::CreateSessionWithPIN agent={}", id));
        if (!pin) return E_INVALIDARG;
        const auto given = text(pin);
        return create(group, address, &given, out);
    }
    HRESULT WINAPI get_ID(BSTR* out) override { return give(id, out); }
    HRESULT WINAPI get_User(BSTR* out) override {
        const auto agent = world().acd.agent(id);
        return give(agent ? agent->user : id, out);
    }
    HRESULT WINAPI put_State(AGENT_STATE state) override {
        called(fmt::format("ITAgent::put_State({}) agent={}", static_cast<int>(state), id));
        return hr(world().acd.setAgentState(id, state));
    }
    HRESULT WINAPI get_State(AGENT_STATE* out) override {
        const auto agent = world().acd.agent(id);
        *out = agent ? telephony::toTapi(agent->state) : ::AS_UNKNOWN;
        return S_OK;
    }
    HRESULT WINAPI put_MeasurementPeriod(__LONG32 period) override {
        called(fmt::format("ITAgent::put_MeasurementPeriod({})", period));
        return hr(world().acd.setMeasurementPeriod(id, period));
    }
    HRESULT WINAPI get_MeasurementPeriod(__LONG32* out) override {
        return figure(&AgentStatistics::measurementPeriodSeconds, out);
    }
    HRESULT WINAPI get_OverallCallRate(CURRENCY* out) override {
        const auto agent = world().acd.agent(id);
        return agent ? give(agent->statistics.callsPerHour, out) : E_FAIL;
    }
    HRESULT WINAPI get_NumberOfACDCalls(__LONG32* out) override { return figure(&AgentStatistics::acdCalls, out); }
    HRESULT WINAPI get_NumberOfIncomingCalls(__LONG32* out) override {
        return figure(&AgentStatistics::incomingCalls, out);
    }
    HRESULT WINAPI get_NumberOfOutgoingCalls(__LONG32* out) override {
        return figure(&AgentStatistics::outgoingCalls, out);
    }
    HRESULT WINAPI get_TotalACDTalkTime(__LONG32* out) override {
        return figure(&AgentStatistics::acdTalkSeconds, out);
    }
    HRESULT WINAPI get_TotalACDCallTime(__LONG32* out) override {
        return figure(&AgentStatistics::acdCallSeconds, out);
    }
    HRESULT WINAPI get_TotalWrapUpTime(__LONG32* out) override { return figure(&AgentStatistics::wrapUpSeconds, out); }
    HRESULT WINAPI get_AgentSessions(VARIANT*) override { return E_NOTIMPL; }

private:
    HRESULT create(ITACDGroup* group, ITAddress* address, const std::string* pin, ITAgentSession** out) {
        if (!group || !address) return E_INVALIDARG;
        if (!out) return E_POINTER;
        std::string session;
        if (const Code code = world().acd.createSession(id, static_cast<GroupObject*>(group)->name,
                                                        static_cast<AddressObject*>(address)->name, pin, session))
            return hr(code);
        return ComPtr<ITAgentSession>(sessions().get(session)).CopyTo(out);
    }
    HRESULT figure(std::int64_t AgentStatistics::*which, __LONG32* out) {
        const auto agent = world().acd.agent(id);
        return agent ? give(agent->statistics.*which, out) : E_FAIL;
    }
};
Registry<AgentObject>& agents() {
    static Registry<AgentObject> all;
    return all;
}
ComPtr<ITAgent> agentObject(const std::string& id) { return agents().get(id); }

class HandlerObject final : public TapiObject<Automation<ITAgentHandler>> {
public:
    explicit HandlerObject(std::string name) : name(std::move(name)) {}
    const std::string name;
    HRESULT WINAPI get_Name(BSTR* out) override { return give(name, out); }
    HRESULT WINAPI CreateAgent(ITAgent** out) override {
        called("ITAgentHandler::CreateAgent");
        std::string id;
        if (const Code code = world().acd.signInUser("winuser", id)) return hr(code);
        return agentObject(id).CopyTo(out);
    }
    HRESULT WINAPI CreateAgentWithID(BSTR id, BSTR pin, ITAgent** out) override {
        called(fmt::format("ITAgentHandler::CreateAgentWithID({})", text(id)));
        if (!pin) return E_INVALIDARG;
        if (const Code code = world().acd.signIn(text(id), text(pin))) return hr(code);
        return agentObject(text(id)).CopyTo(out);
    }
    HRESULT WINAPI EnumerateACDGroups(IEnumACDGroup** out) override {
        called("ITAgentHandler::EnumerateACDGroups");
        std::vector<ComPtr<ITACDGroup>> items;
        for (const auto& group : world().acd.groups()) items.emplace_back(groups().get(group.name));
        return enumerate(std::move(items), out);
    }
    HRESULT WINAPI EnumerateUsableAddresses(IEnumAddress** out) override {
        called("ITAgentHandler::EnumerateUsableAddresses");
        std::vector<ComPtr<ITAddress>> items;
        for (const auto& address : world().acd.addresses()) items.emplace_back(addresses().get(address.name));
        return enumerate(std::move(items), out);
    }
    HRESULT WINAPI get_ACDGroups(VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI get_UsableAddresses(VARIANT*) override { return E_NOTIMPL; }
};
Registry<HandlerObject>& handlers() {
    static Registry<HandlerObject> all;
    return all;
}

class CallObject final : public TapiObject<Automation<ITCallInfo>> {
public:
    explicit CallObject(std::string id) : id(std::move(id)) {}
    const std::string id;
    std::mutex mutex;
    Call value;
    Call get() {
        const std::lock_guard lock(mutex);
        return value;
    }
    HRESULT WINAPI get_Address(ITAddress** out) override {
        return ComPtr<ITAddress>(addresses().get(get().address)).CopyTo(out);
    }
    HRESULT WINAPI get_CallState(CALL_STATE* out) override {
        *out = number(get().state);
        return S_OK;
    }
    HRESULT WINAPI get_Privilege(CALL_PRIVILEGE* out) override {
        *out = ::CP_MONITOR;
        return S_OK;
    }
    HRESULT WINAPI get_CallHub(ITCallHub**) override { return E_NOTIMPL; }
    HRESULT WINAPI get_CallInfoLong(CALLINFO_LONG which, __LONG32* out) override {
        if (which != ::CIL_ORIGIN) return E_INVALIDARG;
        *out = 4;  // LINECALLORIGIN_EXTERNAL
        return S_OK;
    }
    HRESULT WINAPI put_CallInfoLong(CALLINFO_LONG, __LONG32) override { return E_NOTIMPL; }
    HRESULT WINAPI get_CallInfoString(CALLINFO_STRING which, BSTR* out) override {
        const auto call = get();
        const auto& said = which == ::CIS_CALLERIDNUMBER   ? call.caller.number
                           : which == ::CIS_CALLERIDNAME   ? call.caller.name
                           : which == ::CIS_CALLEDIDNUMBER ? call.called.number
                                                           : call.called.name;
        return said ? give(*said, out) : hr(0x80040007);  // TAPI_E_CALLUNAVAIL
    }
    HRESULT WINAPI put_CallInfoString(CALLINFO_STRING, BSTR) override { return E_NOTIMPL; }
    HRESULT WINAPI get_CallInfoBuffer(CALLINFO_BUFFER, VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI put_CallInfoBuffer(CALLINFO_BUFFER, VARIANT) override { return E_NOTIMPL; }
    HRESULT WINAPI GetCallInfoBuffer(CALLINFO_BUFFER, DWORD*, BYTE**) override { return E_NOTIMPL; }
    HRESULT WINAPI SetCallInfoBuffer(CALLINFO_BUFFER, DWORD, BYTE*) override { return E_NOTIMPL; }
    HRESULT WINAPI ReleaseUserUserInfo() override { return E_NOTIMPL; }
    static CALL_STATE number(CallState state) { return static_cast<CALL_STATE>(state); }  // ours are in TAPI's order
};
Registry<CallObject>& callObjects() {
    static Registry<CallObject> all;
    return all;
}

boost::json::object held() {
    return {{"handlers", handlers().held()},
            {"groups", groups().held()},
            {"queues", queues().held()},
            {"addresses", addresses().held()},
            {"agents", agents().held()},
            {"sessions", sessions().held() + secondSessions},
            {"registrations", world().registrations.load()}};
}

// The seven shapes of event: two getters each.
template <class Interface, class Thing>
class Happened : public TapiObject<Automation<Interface>> {
public:
    Happened(ComPtr<Thing> thing, int event) : thing_(std::move(thing)), event_(event) {}

protected:
    ComPtr<Thing> thing_;
    int event_;
};
struct SessionEventObject final : Happened<ITAgentSessionEvent, ITAgentSession> {
    using Happened::Happened;
    HRESULT WINAPI get_Session(ITAgentSession** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(AGENT_SESSION_EVENT* out) override {
        *out = static_cast<AGENT_SESSION_EVENT>(event_);
        return S_OK;
    }
};
struct AgentEventObject final : Happened<ITAgentEvent, ITAgent> {
    using Happened::Happened;
    HRESULT WINAPI get_Agent(ITAgent** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(AGENT_EVENT* out) override {
        *out = static_cast<AGENT_EVENT>(event_);
        return S_OK;
    }
};
struct GroupEventObject final : Happened<ITACDGroupEvent, ITACDGroup> {
    using Happened::Happened;
    HRESULT WINAPI get_Group(ITACDGroup** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(ACDGROUP_EVENT* out) override {
        *out = static_cast<ACDGROUP_EVENT>(event_);
        return S_OK;
    }
};
struct QueueEventObject final : Happened<ITQueueEvent, ITQueue> {
    using Happened::Happened;
    HRESULT WINAPI get_Queue(ITQueue** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(ACDQUEUE_EVENT* out) override {
        *out = static_cast<ACDQUEUE_EVENT>(event_);
        return S_OK;
    }
};
struct HandlerEventObject final : Happened<ITAgentHandlerEvent, ITAgentHandler> {
    using Happened::Happened;
    HRESULT WINAPI get_AgentHandler(ITAgentHandler** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(AGENTHANDLER_EVENT* out) override {
        *out = static_cast<AGENTHANDLER_EVENT>(event_);
        return S_OK;
    }
};
struct CallNotificationObject final : Happened<ITCallNotificationEvent, ITCallInfo> {
    using Happened::Happened;
    HRESULT WINAPI get_Call(ITCallInfo** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Event(CALL_NOTIFICATION_EVENT* out) override {
        *out = ::CNE_MONITOR;
        return S_OK;
    }
    HRESULT WINAPI get_CallbackInstance(__LONG32* out) override { return give(std::int64_t{0}, out); }
};
struct CallStateObject final : TapiObject<Automation<ITCallStateEvent>> {
    CallStateObject(ComPtr<ITCallInfo> c, CallState s, CallCause w) : call(std::move(c)), state(s), cause(w) {}
    ComPtr<ITCallInfo> call;
    CallState state;
    CallCause cause;
    HRESULT WINAPI get_Call(ITCallInfo** out) override { return call.CopyTo(out); }
    HRESULT WINAPI get_State(CALL_STATE* out) override {
        *out = CallObject::number(state);
        return S_OK;
    }
    HRESULT WINAPI get_Cause(CALL_STATE_EVENT_CAUSE* out) override {
        *out = static_cast<CALL_STATE_EVENT_CAUSE>(cause);
        return S_OK;
    }
    HRESULT WINAPI get_CallbackInstance(__LONG32* out) override { return give(std::int64_t{0}, out); }
};
struct CallInfoChangeObject final : Happened<ITCallInfoChangeEvent, ITCallInfo> {
    using Happened::Happened;
    HRESULT WINAPI get_Call(ITCallInfo** out) override { return thing_.CopyTo(out); }
    HRESULT WINAPI get_Cause(CALLINFOCHANGE_CAUSE* out) override {
        *out = ::CIC_CALLERID;
        return S_OK;
    }
    HRESULT WINAPI get_CallbackInstance(__LONG32* out) override { return give(std::int64_t{0}, out); }
};

template <class T, class... Args>
ComPtr<IDispatch> event(Args&&... args) {
    ComPtr<IDispatch> object;
    object.Attach(new T(std::forward<Args>(args)...));
    return object;
}

class Point;

class Tapi final : public TapiObject<Automation<ITTAPI>, Automation<ITTAPICallCenter>, IConnectionPointContainer> {
public:
    Tapi();
    HRESULT WINAPI Initialize() override;
    HRESULT WINAPI Shutdown() override;
    HRESULT WINAPI get_Addresses(VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI EnumerateAddresses(IEnumAddress** out) override {
        std::vector<ComPtr<ITAddress>> items;
        for (const auto& address : world().acd.addresses()) items.emplace_back(addresses().get(address.name));
        return enumerate(std::move(items), out);
    }
    HRESULT WINAPI RegisterCallNotifications(ITAddress* address, VARIANT_BOOL monitor, VARIANT_BOOL owner, __LONG32,
                                             __LONG32, __LONG32* out) override {
        called(fmt::format("ITTAPI::RegisterCallNotifications({}, monitor={}, owner={})",
                           static_cast<AddressObject*>(address)->name, monitor, owner));
        const std::lock_guard lock(mutex_);
        registrations_[++lastRegistration_] = static_cast<AddressObject*>(address)->name;
        ++world().registrations;
        *out = lastRegistration_;
        return S_OK;
    }
    HRESULT WINAPI UnregisterNotifications(__LONG32 registration) override {
        called("ITTAPI::UnregisterNotifications");
        const std::lock_guard lock(mutex_);
        if (registrations_.erase(registration) == 0) {
            ruleBroken("UnregisterNotifications of what is not registered");
            return E_INVALIDARG;
        }
        --world().registrations;
        return S_OK;
    }
    HRESULT WINAPI get_CallHubs(VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI EnumerateCallHubs(IEnumCallHub**) override { return E_NOTIMPL; }
    HRESULT WINAPI SetCallHubTracking(VARIANT, VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI EnumeratePrivateTAPIObjects(IEnumUnknown**) override { return E_NOTIMPL; }
    HRESULT WINAPI get_PrivateTAPIObjects(VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI RegisterRequestRecipient(__LONG32, __LONG32, VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI SetAssistedTelephonyPriority(BSTR, VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI SetApplicationPriority(BSTR, __LONG32, VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI put_EventFilter(__LONG32 mask) override {
        called(fmt::format("ITTAPI::put_EventFilter({:#x})", static_cast<unsigned>(mask)));
        filter_ = mask;
        return S_OK;
    }
    HRESULT WINAPI get_EventFilter(__LONG32* out) override {
        *out = filter_;
        return S_OK;
    }
    HRESULT WINAPI EnumerateAgentHandlers(IEnumAgentHandler** out) override {
        called("ITTAPICallCenter::EnumerateAgentHandlers");
        if (const Code code = world().acd.faults().pass("EnumerateAgentHandlers", "")) return hr(code);
        std::vector<ComPtr<ITAgentHandler>> items;
        for (const auto& handler : world().acd.handlers()) items.emplace_back(handlers().get(handler.name));
        return enumerate(std::move(items), out);
    }
    HRESULT WINAPI get_AgentHandlers(VARIANT*) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE EnumConnectionPoints(IEnumConnectionPoints**) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE FindConnectionPoint(REFIID id, IConnectionPoint** out) override;

    HRESULT advise(IUnknown* sink, DWORD* cookie);
    HRESULT unadvise(DWORD cookie);

private:
    ~Tapi() override;
    void end();
    void queue(const simulation::SwitchEvent& event);
    void run();
    void deliver(const simulation::SwitchEvent& event);
    void fire(TAPI_EVENT kind, const ComPtr<IDispatch>& event);

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<simulation::SwitchEvent> events_;
    ComPtr<ITTAPIEventNotification> sink_;
    std::map<__LONG32, std::string> registrations_;  // → address; one that is registered twice is told of twice
    __LONG32 lastRegistration_ = 0;
    std::atomic<long> filter_{0};
    bool initialized_ = false, stopping_ = false, missedToldOnce_ = false;
    std::thread thread_;
};

class Point final : public TapiObject<IConnectionPoint> {
public:
    explicit Point(ComPtr<Tapi> tapi) : tapi_(std::move(tapi)) {}
    HRESULT STDMETHODCALLTYPE GetConnectionInterface(IID* out) override {
        *out = __uuidof(ITTAPIEventNotification);
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetConnectionPointContainer(IConnectionPointContainer** out) override {
        return ComPtr<IConnectionPointContainer>(tapi_).CopyTo(out);
    }
    HRESULT STDMETHODCALLTYPE Advise(IUnknown* sink, DWORD* cookie) override {
        called("IConnectionPoint::Advise");
        return tapi_->advise(sink, cookie);
    }
    HRESULT STDMETHODCALLTYPE Unadvise(DWORD cookie) override {
        called("IConnectionPoint::Unadvise");
        if (insideCallback()) ruleBroken("Unadvise inside a callback");
        return tapi_->unadvise(cookie);
    }
    HRESULT STDMETHODCALLTYPE EnumConnections(IEnumConnections**) override { return E_NOTIMPL; }

private:
    ComPtr<Tapi> tapi_;
};

Tapi::Tapi() { called("CoCreateInstance(CLSID_TAPI)"); }

Tapi::~Tapi() {
    if (!initialized_) return;
    ruleBroken("ITTAPI was released without Shutdown");
    end();
}

HRESULT Tapi::Initialize() {
    called("ITTAPI::Initialize");
    if (const Code code = world().acd.faults().pass("Initialize", "")) return hr(code);
    if (std::exchange(initialized_, true)) return S_FALSE;
    world().acd.listen([this](const simulation::SwitchEvent& event) { queue(event); });
    thread_ = std::thread([this] { run(); });
    return S_OK;
}

void Tapi::end() {
    world().acd.listen({});
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        world().registrations -= static_cast<long>(registrations_.size());
        registrations_.clear();
    }
    wake_.notify_all();
    thread_.join();
}

HRESULT Tapi::Shutdown() {
    called("ITTAPI::Shutdown");
    if (!std::exchange(initialized_, false)) return S_FALSE;
    {
        const std::lock_guard lock(mutex_);
        if (!registrations_.empty()) ruleBroken("Shutdown before UnregisterNotifications");
    }
    end();
    if (sink_) ruleBroken("Shutdown before Unadvise");
    handlers().drop();
    groups().drop();
    queues().drop();
    addresses().drop();
    agents().drop();
    sessions().drop();
    callObjects().drop();
    // What lives now is held by the client: the TAPI object itself, and its connection point at most.
    log(fmt::format("live after Shutdown: {}", liveObjects(Family::telephony).load()));
    log(callbackFigures());
    return S_OK;
}

HRESULT Tapi::FindConnectionPoint(REFIID id, IConnectionPoint** out) {
    if (id != __uuidof(ITTAPIEventNotification)) return CONNECT_E_NOCONNECTION;
    *out = new Point(ComPtr<Tapi>(this));
    return S_OK;
}

HRESULT Tapi::advise(IUnknown* sink, DWORD* cookie) {
    ComPtr<ITTAPIEventNotification> wanted;
    if (FAILED(
            sink->QueryInterface(__uuidof(ITTAPIEventNotification), reinterpret_cast<void**>(wanted.GetAddressOf()))))
        return CONNECT_E_CANNOTCONNECT;
    const std::lock_guard lock(mutex_);
    sink_ = wanted;
    *cookie = 1;
    return S_OK;
}

HRESULT Tapi::unadvise(DWORD) {
    ComPtr<ITTAPIEventNotification> gone;
    const std::lock_guard lock(mutex_);
    gone.Swap(sink_);
    return S_OK;
}

void Tapi::queue(const simulation::SwitchEvent& event) {
    {
        const std::lock_guard lock(mutex_);
        events_.push_back(event);
    }
    wake_.notify_one();
}

void Tapi::run() {
    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !events_.empty(); });
        if (stopping_) break;
        const auto next = std::move(events_.front());
        events_.pop_front();
        lock.unlock();
        deliver(next);
        lock.lock();
    }
    lock.unlock();
    CoUninitialize();
}

void Tapi::fire(TAPI_EVENT kind, const ComPtr<IDispatch>& event) {
    if (!(filter_ & kind)) {
        if (filter_ == 0 && !std::exchange(missedToldOnce_, true))
            ruleBroken("put_EventFilter is missing: an event was lost");
        return;
    }
    ComPtr<ITTAPIEventNotification> sink;
    {
        const std::lock_guard lock(mutex_);
        sink = sink_;
    }
    if (!sink) return;
    const Callback callback("ITTAPIEventNotification::Event");
    sink->Event(kind, event.Get());
}

void Tapi::deliver(const simulation::SwitchEvent& happened) {
    std::visit(
        [this](const auto& e) {
            using E = std::decay_t<decltype(e)>;
            if constexpr (std::is_same_v<E, simulation::SessionHappened>) {
                log(fmt::format("TE_AGENTSESSION {} session={}", static_cast<int>(e.event), e.session.id));
                fire(::TE_AGENTSESSION,
                     event<SessionEventObject>(sessionOfEvent(e.session.id), static_cast<int>(e.event)));
            } else if constexpr (std::is_same_v<E, simulation::AgentHappened>) {
                fire(::TE_AGENT, event<AgentEventObject>(agentObject(e.agent.id), static_cast<int>(e.event)));
            } else if constexpr (std::is_same_v<E, simulation::GroupHappened>) {
                fire(::TE_ACDGROUP,
                     event<GroupEventObject>(ComPtr<ITACDGroup>(groups().get(e.group)), static_cast<int>(e.event)));
            } else if constexpr (std::is_same_v<E, simulation::QueueHappened>) {
                fire(::TE_QUEUE,
                     event<QueueEventObject>(ComPtr<ITQueue>(queues().get(e.queue)), static_cast<int>(e.event)));
            } else if constexpr (std::is_same_v<E, simulation::HandlerHappened>) {
                fire(::TE_AGENTHANDLER,
                     event<HandlerEventObject>(
                         ComPtr<ITAgentHandler>(handlers().get(std::string(simulation::handlerName))),
                         static_cast<int>(e.event)));
            } else {
                std::ptrdiff_t times = 0;
                {
                    const std::lock_guard lock(mutex_);
                    const auto fits = [&](const auto& registration) { return registration.second == e.call.address; };
                    times = std::ranges::count_if(registrations_, fits);
                }
                if (times == 0) return;
                const auto call = callObjects().get(e.call.id);
                {
                    const std::lock_guard lock(call->mutex);
                    call->value = e.call;
                }
                const ComPtr<ITCallInfo> info(call);
                for (; times > 0; --times) {
                    if (e.event == CallEvent::notification)
                        fire(::TE_CALLNOTIFICATION, event<CallNotificationObject>(info, 0));
                    else if (e.event == CallEvent::info)
                        fire(::TE_CALLINFOCHANGE, event<CallInfoChangeObject>(info, 0));
                    else
                        fire(::TE_CALLSTATE,
                             event<CallStateObject>(info, e.call.state, e.call.cause.value_or(CallCause::none)));
                }
            }
        },
        happened);
}

}  // namespace

HRESULT makeTapi(REFIID id, void** out) {
    if (const Code code = world().acd.faults().pass("CoCreateInstance", "")) return hr(code);
    auto* tapi = new Tapi;
    const HRESULT code = tapi->QueryInterface(id, out);
    tapi->Release();
    return code;
}

}  // namespace deskline::doubles
