#include "doubles/tapi/tapi.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "doubles/classes.hpp"
#include "doubles/rules/apartment.hpp"
#include "doubles/simulation.hpp"
#include "doubles/tapi/address.hpp"
#include "doubles/tapi/call.hpp"
#include "doubles/tapi/connection_point.hpp"
#include "doubles/tapi/enumeration.hpp"
#include "doubles/tapi/handler.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles {
namespace tapi {

using com::ComPtr;

Tapi::Tapi() { called("CoCreateInstance(CLSID_TAPI)"); }

Tapi::~Tapi() {
    if (!initialized_) return;
    ruleBroken("ITTAPI was released without Shutdown");
    end();
}

HRESULT Tapi::Initialize() {
    called("ITTAPI::Initialize");
    if (const auto code = world().acd.faults().pass("Initialize", "")) return hr(code);
    if (std::exchange(initialized_, true)) return S_FALSE;
    world().attach(this);
    thread_ = std::thread([this] { run(); });
    return S_OK;
}

bool Tapi::end() {
    const bool last = world().detach(this);
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        world().registrations -= static_cast<long>(registrations_.size());
        registrations_.clear();
    }
    wake_.notify_all();
    thread_.join();
    return last;
}

HRESULT Tapi::Shutdown() {
    called("ITTAPI::Shutdown");
    if (!std::exchange(initialized_, false)) return S_FALSE;
    {
        const std::lock_guard lock(mutex_);
        if (!registrations_.empty()) ruleBroken("Shutdown before UnregisterNotifications");
    }
    // Calls of another client may be inside for a moment.
    for (int i = 0; i < 20 && world().inside > 0; ++i) Sleep(10);
    if (world().inside > 0) ruleBroken("Shutdown while a call is inside");
    const bool last = end();
    if (sink_) ruleBroken("Shutdown before Unadvise");
    if (!last) return S_OK;
    dropAll();
    // What lives now is held by the client: the TAPI object itself, and its connection point at most.
    log(fmt::format("live after Shutdown: {}", liveObjects(Family::telephony).load()));
    log(callbackFigures());
    return S_OK;
}

HRESULT Tapi::EnumerateAddresses(IEnumAddress** out) {
    called("ITTAPI::EnumerateAddresses");
    if (const auto code = world().acd.faults().pass("EnumerateAddresses", "")) return hr(code);
    return enumerateAddresses(out);
}

HRESULT Tapi::RegisterCallNotifications(ITAddress* address, VARIANT_BOOL monitor, VARIANT_BOOL owner, __LONG32,
                                        __LONG32, __LONG32* out) {
    const auto& name = static_cast<AddressObject*>(address)->name;
    called(fmt::format("ITTAPI::RegisterCallNotifications({}, monitor={}, owner={})", name, monitor, owner));
    if (const auto code = world().acd.faults().pass("RegisterCallNotifications", name)) return hr(code);
    const std::lock_guard lock(mutex_);
    registrations_[++lastRegistration_] = name;
    ++world().registrations;
    *out = lastRegistration_;
    return S_OK;
}

HRESULT Tapi::UnregisterNotifications(__LONG32 registration) {
    called("ITTAPI::UnregisterNotifications");
    const std::lock_guard lock(mutex_);
    if (registrations_.erase(registration) == 0) {
        ruleBroken("UnregisterNotifications of what is not registered");
        return E_INVALIDARG;
    }
    --world().registrations;
    return S_OK;
}

HRESULT Tapi::put_EventFilter(__LONG32 mask) {
    called(fmt::format("ITTAPI::put_EventFilter({:#x})", static_cast<unsigned>(mask)));
    filter_ = mask;
    return S_OK;
}

HRESULT Tapi::get_EventFilter(__LONG32* out) {
    *out = filter_;
    return S_OK;
}

HRESULT Tapi::EnumerateAgentHandlers(IEnumAgentHandler** out) {
    called("ITTAPICallCenter::EnumerateAgentHandlers");
    if (const auto code = world().acd.faults().pass("EnumerateAgentHandlers", "")) return hr(code);
    std::vector<ComPtr<ITAgentHandler>> items;
    for (const auto& handler : world().acd.handlers()) items.emplace_back(handlers().get(handler.name));
    return enumerate(std::move(items), out);
}

HRESULT Tapi::FindConnectionPoint(REFIID id, IConnectionPoint** out) {
    if (id != __uuidof(ITTAPIEventNotification)) return CONNECT_E_NOCONNECTION;
    *out = new ConnectionPoint(ComPtr<Tapi>(this));
    return S_OK;
}

HRESULT Tapi::advise(IUnknown* sink, DWORD* cookie) {
    ComPtr<ITTAPIEventNotification> wanted;
    if (FAILED(
            sink->QueryInterface(__uuidof(ITTAPIEventNotification), reinterpret_cast<void**>(wanted.GetAddressOf()))))
        return CONNECT_E_CANNOTCONNECT;
    if (single_ &&
        (FAILED(CoCreateInstance(CLSID_StdGlobalInterfaceTable, nullptr, CLSCTX_INPROC_SERVER,
                                 IID_IGlobalInterfaceTable, reinterpret_cast<void**>(table_.GetAddressOf()))) ||
         FAILED(table_->RegisterInterfaceInGlobal(wanted.Get(), __uuidof(ITTAPIEventNotification), &tabled_)))) {
        ruleBroken("the sink cannot be called from another apartment");
        return CONNECT_E_CANNOTCONNECT;
    }
    const std::lock_guard lock(mutex_);
    sink_ = wanted;
    *cookie = 1;
    return S_OK;
}

HRESULT Tapi::unadvise(DWORD) {
    ComPtr<ITTAPIEventNotification> gone;
    if (table_) table_->RevokeInterfaceFromGlobal(std::exchange(tabled_, 0));
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
    CoInitializeEx(nullptr, single_ ? COINIT_APARTMENTTHREADED : COINIT_MULTITHREADED);
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

void Tapi::deliver(const simulation::SwitchEvent& happened) {
    std::visit(
        [this](const auto& one) {
            if constexpr (std::is_same_v<std::decay_t<decltype(one)>, simulation::CallHappened>)
                deliverCall(one);
            else if constexpr (std::is_same_v<std::decay_t<decltype(one)>, simulation::LineHappened>)
                deliverLine(one);
            else
                fire(eventOf(one));
        },
        happened);
}

void Tapi::deliverCall(const simulation::CallHappened& happened) {
    std::ptrdiff_t times = 0;
    {
        const std::lock_guard lock(mutex_);
        const auto fits = [&](const auto& registration) { return registration.second == happened.call.address; };
        times = std::ranges::count_if(registrations_, fits);
    }
    if (times == 0) return;
    calls().get(happened.call.id)->tell(happened.call);
    for (; times > 0; --times) fire(eventOf(happened));
}

void Tapi::deliverLine(const simulation::LineHappened& happened) {
    if (!happened.event || *happened.event == AddressEvent::removed) {
        const std::lock_guard lock(mutex_);
        for (auto& [cookie, name] : registrations_)
            if (name == happened.line.name) name.clear();
    }
    if (const auto event = eventOf(happened)) fire(*event);
}

void Tapi::fire(const Event& event) {
    if (!(filter_ & event.kind)) {
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
    if (single_ && FAILED(table_->GetInterfaceFromGlobal(tabled_, __uuidof(ITTAPIEventNotification),
                                                         reinterpret_cast<void**>(sink.GetAddressOf()))))
        return;
    const Callback callback("ITTAPIEventNotification::Event");
    sink->Event(event.kind, event.object.Get());
}

}  // namespace tapi

HRESULT makeTapi(REFIID id, void** out) {
    if (const auto code = tapi::world().acd.faults().pass("CoCreateInstance", "")) return hr(code);
    auto* made = new tapi::Tapi;
    const HRESULT code = made->QueryInterface(id, out);
    made->Release();
    return code;
}

}  // namespace deskline::doubles
