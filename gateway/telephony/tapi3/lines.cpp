// The host's lines: known with or without an agent handler, each registered for its calls once. Thread: the one that
// builds, then the inventory's lane.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "telephony/tapi3/connection.hpp"

namespace deskline::telephony {
namespace {

constexpr long audioMedia = 0x8;  // TAPIMEDIATYPE_AUDIO

// What calls on a line are registered for: voice; where the line has none, whatever it has.
long mediaOf(ITAddress* line) {
    const auto support = com::query<ITMediaSupport>(line);
    __LONG32 media = 0;
    if (!support || FAILED(support->get_MediaTypes(&media)) || media == 0 || (media & audioMedia)) return audioMedia;
    return media;
}

}  // namespace

Result<void> Connection::addLines(TelephonyInventory& inventory) {
    const auto lines = addressesOf(tapi_.Get());
    if (!lines) return lines.error();
    for (const auto& line : *lines) addLine(line.Get(), inventory_.lineOf(com::identityOf(line.Get())), inventory);
    return {};
}

void Connection::addLine(ITAddress* object, const std::optional<AddressId>& known, TelephonyInventory& news) {
    if (known) {
        inventory_.changeLine(*known, [](AddressEntry& line) { line.ofHost = true; });
        return;
    }
    auto value = readAddress(object);
    if (!value) return spdlog::warn("a line cannot be read and is passed over: {}", value.error().detail);
    takeIn({.object = object, .identity = com::identityOf(object), .value = std::move(*value), .ofHost = true}, news);
}

void Connection::addUsableLine(ITAddress* object, const HandlerName& handler, TelephonyInventory& news) {
    auto known = lineOf(object);
    if (!known) {
        auto value = readAddress(object);
        if (!value) return spdlog::warn("a line of {} cannot be read: {}", handler, value.error().detail);
        known = takeIn({.object = object, .identity = com::identityOf(object), .value = std::move(*value)}, news);
    }
    const auto changed = inventory_.changeLine(*known, [&](AddressEntry& line) {
        if (std::ranges::find(line.handlers, handler) == line.handlers.end()) line.handlers.push_back(handler);
    });
    if (!changed) return;
    auto& lines = news.of<Address>();
    if (const auto added = std::ranges::find(lines, *known, &Address::id); added != lines.end())
        *added = *changed;
    else
        changedLines_.push_back(*changed);
}

std::optional<AddressId> Connection::lineOf(ITAddress* object) const {
    if (auto known = inventory_.lineOf(com::identityOf(object))) return known;
    const auto value = readAddress(object);  // another object may stand for a line that is known
    return value ? inventory_.lineLike(*value) : std::nullopt;
}

AddressId Connection::takeIn(AddressEntry line, TelephonyInventory& news) {
    const auto object = line.object;
    const auto value = inventory_.add(std::move(line));
    registerLine(value.id);
    news.of<Address>().push_back(value);
    addCalls(object.Get(), news);
    return value.id;
}

bool Connection::registerLine(const AddressId& id) {
    const auto line = inventory_.line(id);
    if (!line) return forgetUnregistered(id), false;
    // Monitor, not owner: the user's softphone stays in charge of the call. VARIANT_TRUE is −1.
    __LONG32 registration = 0;
    const HRESULT code =
        tapi_->RegisterCallNotifications(line->object.Get(), VARIANT_TRUE, VARIANT_FALSE, mediaOf(line->object.Get()),
                                         static_cast<__LONG32>(cookie_), &registration);
    if (SUCCEEDED(code)) {
        inventory_.changeLine(id, [&](AddressEntry& entry) { entry.registration = registration; });
        forgetUnregistered(id);
        return true;
    }
    const auto fault = com::failed(code, "ITTAPI::RegisterCallNotifications");
    unregisteredAny_ = true;
    if (unregistered_.insert(id).second) {
        registerAfter_ = firstRegisteredAgain;
        spdlog::warn("calls on {} are not seen, until that is mended: {}", line->value.name, fault.detail);
    }
    noteLoss(fault);
    return false;
}

void Connection::forgetUnregistered(const AddressId& id) {
    unregistered_.erase(id);
    unregisteredAny_ = !unregistered_.empty();
}

void Connection::beat() {
    const auto time = std::chrono::steady_clock::now();
    if (unregisteredAny_ && time - registeredAt_ >= registerAfter_.load() && !registering_.exchange(true)) {
        registeredAt_ = time;
        tellInventory([this] { registerAgain(); });
    }
    const auto line = inventory_.lineAfter(beaten_);
    if (!line) return;
    beaten_ = line->value.id;
    ADDRESS_STATE state{};
    if (const HRESULT code = line->object->get_State(&state); FAILED(code))
        return noteLoss(com::failed(code, "ITAddress::get_State"));
    // The state may be TAPI's own to tell; this one is asked of the provider, which need not have it.
    VARIANT_BOOL quiet = VARIANT_FALSE;
    if (const HRESULT code = line->object->get_DoNotDisturb(&quiet); FAILED(code))
        noteLoss(com::failed(code, "ITAddress::get_DoNotDisturb"));
}

void Connection::registerAgain() {
    for (const auto& id : std::set<AddressId>(unregistered_))
        if (registerLine(id)) seeLine(id, now());
    registerAfter_ = std::min(registerAfter_.load() * 2, lastRegisteredAgain);
    registering_ = false;
}

// Its calls are seen from now on; some may have begun before.
void Connection::seeLine(const AddressId& id, Time time) {
    const auto line = inventory_.line(id);
    if (!line) return;
    TelephonyInventory news;
    addCalls(line->object.Get(), news);
    ADDRESS_STATE state{};
    setLineState(id, SUCCEEDED(line->object->get_State(&state)) ? fromTapi(state) : AddressState::unknown, time);
    reportAdded(news, time);
    reportCapabilities(time);
}

void Connection::readLineState(const AddressId& id, Time time) {
    const auto line = inventory_.line(id);
    ADDRESS_STATE state{};
    if (!line || failed(line->object->get_State(&state), "ITAddress::get_State")) return;
    setLineState(id, fromTapi(state), time);
}

void Connection::setLineState(const AddressId& id, AddressState state, Time time) {
    if (const auto changed = inventory_.changeLine(id, [&](AddressEntry& line) { line.value.state = state; }))
        report({ThingChanged{*changed, AddressEvent::state}, time});
}

void Connection::happened(ITAddressEvent* event, Time time) {
    ADDRESS_EVENT what{};
    ComPtr<ITAddress> object;
    if (failed(event->get_Event(&what), "ITAddressEvent::get_Event") || what != ::AE_STATE ||
        failed(event->get_Address(object.GetAddressOf()), "ITAddressEvent::get_Address") || !object)
        return;
    if (const auto id = lineOf(object.Get())) readLineState(*id, time);
}

void Connection::happened(ITTAPIObjectEvent* event, Time time) {
    TAPIOBJECT_EVENT what{};
    if (failed(event->get_Event(&what), "ITTAPIObjectEvent::get_Event")) return;
    if (what == ::TE_REINIT) {
        if (!over_) told_.lost(com::failed(static_cast<HRESULT>(hresult("TAPI_E_REINIT")), "TE_TAPIOBJECT"));
        return;
    }
    if (what != ::TE_ADDRESSCREATE && what != ::TE_ADDRESSREMOVE && what != ::TE_ADDRESSCLOSE) return;
    ComPtr<ITAddress> object;
    if (failed(event->get_Address(object.GetAddressOf()), "ITTAPIObjectEvent::get_Address") || !object) return;
    tellInventory([this, object, what, time] { lineHappened(object.Get(), what, time); });
}

void Connection::lineHappened(ITAddress* line, TAPIOBJECT_EVENT what, Time time) {
    if (what == ::TE_ADDRESSCREATE) return lineAdded(line, time);
    const auto id = lineOf(line);
    if (!id) return;
    what == ::TE_ADDRESSREMOVE ? dropLine(*id, time) : lineClosed(*id, time);
}

void Connection::lineAdded(ITAddress* object, Time time) {
    TelephonyInventory news;
    addLine(object, lineOf(object), news);
    const auto id = lineOf(object);
    if (!id) return;                                     // it cannot be read
    for (const auto& handler : inventory_.handlers()) {  // some of which may use it
        const auto usable = addressesOf(handler.object.Get());
        if (!usable) continue;
        for (const auto& line : *usable)
            if (lineOf(line.Get()) == id) addUsableLine(line.Get(), handler.name, news);
    }
    reportAdded(news, time);
    reportCapabilities(time);
}

// The provider closed the line: whoever registered for its calls hears of none any more.
void Connection::lineClosed(const AddressId& id, Time time) {
    const auto line = inventory_.line(id);
    if (!line) return;
    inventory_.changeLine(id, [](AddressEntry& entry) { entry.registration.reset(); });
    if (line->registration) unregister({*line->registration});
    auto calls = inventory_.takeCallsOn(id);  // their handles are void (the page of LINE_CLOSE)
    endCalls(calls, time);
    setLineState(id, AddressState::out_of_service, time);
    if (registerLine(id)) seeLine(id, time);
}

void Connection::dropLine(const AddressId& id, Time time) {
    auto gone = inventory_.takeLine(id);
    if (!gone) return;
    forgetUnregistered(id);
    if (gone->line.registration) unregister({*gone->line.registration});
    endCalls(gone->calls, time);
    report({ThingChanged{gone->line.value, AddressEvent::removed}, time});
    reportCapabilities(time);
}

}  // namespace deskline::telephony
