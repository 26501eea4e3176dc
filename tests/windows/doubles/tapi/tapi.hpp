// A fake of TAPI itself: ITTAPI, ITTAPICallCenter and IConnectionPointContainer. The client's threads call it; between
// Initialize and Shutdown it has an event thread of its own, in the multithreaded apartment, which hands what happens
// at the switch to the advised sink, in order. It enforces the order of ending (UnregisterNotifications, Unadvise,
// Shutdown, Release), that put_EventFilter was called before an event came, and counts what the client still holds
// after Shutdown.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include <objidl.h>

#include "com/com.hpp"
#include "doubles/rules/object.hpp"
#include "doubles/tapi/events.hpp"

namespace deskline::doubles::tapi {

class Tapi final : public TapiObject<Automation<ITTAPI>, Automation<ITTAPICallCenter>, IConnectionPointContainer> {
public:
    Tapi();

    HRESULT WINAPI Initialize() override;
    HRESULT WINAPI Shutdown() override;
    HRESULT WINAPI EnumerateAddresses(IEnumAddress** out) override;
    HRESULT WINAPI RegisterCallNotifications(ITAddress* address, VARIANT_BOOL monitor, VARIANT_BOOL owner, __LONG32,
                                             __LONG32, __LONG32* out) override;
    HRESULT WINAPI UnregisterNotifications(__LONG32 registration) override;
    HRESULT WINAPI put_EventFilter(__LONG32 mask) override;
    HRESULT WINAPI get_EventFilter(__LONG32* out) override;
    HRESULT WINAPI EnumerateAgentHandlers(IEnumAgentHandler** out) override;
    HRESULT STDMETHODCALLTYPE FindConnectionPoint(REFIID id, IConnectionPoint** out) override;

    HRESULT WINAPI get_Addresses(VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI get_CallHubs(VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI EnumerateCallHubs(IEnumCallHub**) override { return E_NOTIMPL; }
    HRESULT WINAPI SetCallHubTracking(VARIANT, VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI EnumeratePrivateTAPIObjects(IEnumUnknown**) override { return E_NOTIMPL; }
    HRESULT WINAPI get_PrivateTAPIObjects(VARIANT*) override { return E_NOTIMPL; }
    HRESULT WINAPI RegisterRequestRecipient(__LONG32, __LONG32, VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI SetAssistedTelephonyPriority(BSTR, VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI SetApplicationPriority(BSTR, __LONG32, VARIANT_BOOL) override { return E_NOTIMPL; }
    HRESULT WINAPI get_AgentHandlers(VARIANT*) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE EnumConnectionPoints(IEnumConnectionPoints**) override { return E_NOTIMPL; }

    HRESULT advise(IUnknown* sink, DWORD* cookie);  // for the connection point; one sink
    HRESULT unadvise(DWORD cookie);
    void queue(const simulation::SwitchEvent& event);  // for the world, under the switch's lock

private:
    ~Tapi() override;
    bool end();  // true: no other client is left
    void run();  // the event thread
    void deliver(const simulation::SwitchEvent& happened);
    void deliverCall(const simulation::CallHappened& happened);  // once for each registration of its line
    void deliverLine(const simulation::LineHappened& happened);
    void fire(const Event& event);

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<simulation::SwitchEvent> events_;
    com::ComPtr<ITTAPIEventNotification> sink_;
    // Where DESKLINE_DOUBLE_APARTMENT is `single`: the event thread is in a single-threaded apartment of its own, and
    // has the sink from the global interface table.
    bool single_ = std::getenv("DESKLINE_DOUBLE_APARTMENT") != nullptr;
    com::ComPtr<IGlobalInterfaceTable> table_;
    DWORD tabled_ = 0;
    std::map<__LONG32, std::string>
        registrations_;  // → address; one that is registered twice is told of twice; "": void
    __LONG32 lastRegistration_ = 0;
    std::atomic<long> filter_{0};
    bool initialized_ = false, stopping_ = false, missedToldOnce_ = false;
    std::thread thread_;
};

}  // namespace deskline::doubles::tapi
