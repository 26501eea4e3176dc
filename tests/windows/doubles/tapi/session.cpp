#include "doubles/tapi/session.hpp"

#include <fmt/format.h>

#include <new>
#include <vector>

#include "doubles/rules/apartment.hpp"
#include "doubles/simulation.hpp"
#include "doubles/tapi/address.hpp"
#include "doubles/tapi/agent.hpp"
#include "doubles/tapi/group.hpp"
#include "doubles/tapi/results.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles::tapi {
namespace {

using com::ComPtr;

struct Places {  // where objects were that are gone
    std::mutex mutex;
    std::vector<void*> free;
};
Places& places() {
    static auto* all = new Places;  // to the end of the process
    return *all;
}
std::atomic<long> secondObjects{0};  // that live

}  // namespace

SessionObject::SessionObject(std::string given, bool second) : id(std::move(given)), second_(second) {
    if (second_) ++secondObjects;
}

SessionObject::~SessionObject() {
    if (second_) --secondObjects;
}

long SessionObject::second() { return secondObjects; }

void* SessionObject::operator new(std::size_t size) {
    auto& [mutex, free] = places();
    const std::lock_guard lock(mutex);
    if (free.empty()) return ::operator new(size);
    auto* place = free.back();
    free.pop_back();
    return place;
}

void SessionObject::operator delete(void* place) {
    auto& [mutex, free] = places();
    const std::lock_guard lock(mutex);
    free.push_back(place);
}

HRESULT SessionObject::get_Agent(ITAgent** out) {
    const auto session = world().acd.session(id);
    return session ? ComPtr<ITAgent>(agents().get(session->agent)).CopyTo(out) : E_FAIL;
}

HRESULT SessionObject::get_Address(ITAddress** out) {
    const auto session = world().acd.session(id);
    return session ? ComPtr<ITAddress>(addresses().get(session->address)).CopyTo(out) : E_FAIL;
}

HRESULT SessionObject::get_ACDGroup(ITACDGroup** out) {
    const auto session = world().acd.session(id);
    return session ? ComPtr<ITACDGroup>(groups().get(session->acdGroup)).CopyTo(out) : E_FAIL;
}

HRESULT SessionObject::put_State(AGENT_SESSION_STATE state) {
    const Inside inside;
    called(fmt::format("ITAgentSession::put_State({}) session={}", static_cast<int>(state), id));
    const auto wanted = wordOf(sessionStates, state);
    return hr(world().acd.setSessionState(id, wanted ? static_cast<int>(*wanted) : -1));
}

HRESULT SessionObject::get_State(AGENT_SESSION_STATE* out) {
    const Inside inside;
    const auto session = world().acd.session(id);
    if (!session) return E_FAIL;
    *out = numberOf(sessionStates, session->state);
    return S_OK;
}

HRESULT SessionObject::get_SessionStartTime(DATE* out) {
    const Inside inside;
    if (const auto code = world().acd.faults().pass("get_SessionStartTime", id)) return hr(code);
    const auto session = world().acd.session(id);
    if (!session) return E_FAIL;
    *out = toOleDate(session->startedAt, 0);
    *out = toOleDate(session->startedAt, com::secondsEastOfUtc(*out));
    return S_OK;
}

HRESULT SessionObject::get_ACDCallRate(CURRENCY* out) {
    const auto session = world().acd.session(id);
    return session ? give(session->statistics.callsPerHour, out) : E_FAIL;
}

HRESULT SessionObject::figure(std::int64_t SessionStatistics::*which, __LONG32* out) {
    const Inside inside;
    if (const auto code = world().acd.faults().pass("ITAgentSession", id)) return hr(code);
    const auto session = world().acd.session(id);
    return session ? give(session->statistics.*which, out) : E_FAIL;
}

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

}  // namespace deskline::doubles::tapi
