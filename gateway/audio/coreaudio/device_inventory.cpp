#include "audio/coreaudio/device_inventory.hpp"

#include <algorithm>
#include <set>

namespace deskline::audio {
namespace {

static_assert(static_cast<int>(DeviceRole::console) == ::eConsole &&
              static_cast<int>(DeviceRole::multimedia) == ::eMultimedia &&
              static_cast<int>(DeviceRole::communications) == ::eCommunications);

template <class Handles>
auto* byKey(Handles& handles, std::uint64_t key) {
    const auto found = handles.find(key);
    return found == handles.end() ? nullptr : found->second.get();
}

template <class Handles>
auto* byId(Handles& handles, const std::string& id) {
    const auto found = std::ranges::find_if(handles, [&](const auto& entry) { return entry.second->value.id == id; });
    return found == handles.end() ? nullptr : found->second.get();
}

}  // namespace

AudioDeviceHandle* DeviceInventory::device(std::uint64_t key) { return byKey(devices_, key); }
AudioSessionHandle* DeviceInventory::session(std::uint64_t key) { return byKey(sessions_, key); }
AudioDeviceHandle* DeviceInventory::device(const std::string& id) { return byId(devices_, id); }
AudioSessionHandle* DeviceInventory::session(const std::string& id) { return byId(sessions_, id); }

HRESULT DeviceInventory::build(IMMDeviceEnumerator* enumerator) {
    audioThread_.check();
    if (const HRESULT code = enumerate(enumerator); FAILED(code)) return code;
    for (auto& [key, device] : devices_)
        for (auto& control : device->sessions()) add(control.Get(), *device);
    return S_OK;
}

AudioInventory DeviceInventory::inventory() const {
    AudioInventory inventory;
    for (const auto& [key, device] : devices_) inventory.devices.push_back(device->value);
    for (const auto& [key, session] : sessions_) inventory.sessions.push_back(session->value);
    return inventory;
}

void DeviceInventory::clear() {
    audioThread_.check();
    sessions_.clear();
    devices_.clear();
}

HRESULT DeviceInventory::enumerate(IMMDeviceEnumerator* enumerator) {
    ComPtr<IMMDeviceCollection> all;
    UINT count = 0;
    if (const HRESULT code = enumerator->EnumAudioEndpoints(eAll, DEVICE_STATEMASK_ALL, all.GetAddressOf());
        FAILED(code))
        return code;
    if (const HRESULT code = all->GetCount(&count); FAILED(code)) return code;
    std::set<DeviceId> present;
    for (UINT i = 0; i < count; ++i) {
        ComPtr<IMMDevice> object;
        if (FAILED(all->Item(i, object.GetAddressOf())) || !object) continue;
        const auto id = deviceIdOf(object.Get());
        if (id.empty()) continue;
        present.insert(id);
        if (auto* known = device(id)) {
            known->read();
            continue;
        }
        const auto key = nextKey_++;
        devices_[key] = std::make_unique<AudioDeviceHandle>(std::move(object), key, callbacks_, capabilities_);
    }
    std::erase_if(devices_, [&](const auto& entry) { return !present.contains(entry.second->value.id); });
    readDefaults(enumerator);
    return S_OK;
}

void DeviceInventory::readDefaults(IMMDeviceEnumerator* enumerator) {
    for (auto& [key, device] : devices_) device->value.defaultFor.clear();
    for (const auto flow : {eRender, eCapture})
        for (const auto role : {eConsole, eMultimedia, eCommunications}) {
            ComPtr<IMMDevice> object;
            if (FAILED(enumerator->GetDefaultAudioEndpoint(flow, role, object.GetAddressOf())) || !object) continue;
            if (const auto id = deviceIdOf(object.Get()); !id.empty())
                if (auto* known = device(id)) known->value.defaultFor.push_back(static_cast<DeviceRole>(role));
        }
}

AudioSessionHandle* DeviceInventory::add(IAudioSessionControl* control, const AudioDeviceHandle& device) {
    auto control2 = com::query<IAudioSessionControl2>(control);
    if (!control2) return nullptr;
    auto ids = SessionIds::of(control2.Get(), device.value.id);
    const auto identity = com::identityOf(control2.Get());
    const auto known = std::ranges::find_if(sessions_, [&](const auto& entry) {
        return entry.second->ids.same(ids) || entry.second->identity() == identity;
    });
    if (known != sessions_.end()) {
        if (known->second->identity() == identity || !known->second->over()) return nullptr;
        known->second->value.state = ::deskline::AudioSessionState::expired;
        report_({AudioSessionChanged{known->second->value, AudioSessionChange::state}});
        sessions_.erase(known);
    }
    const auto key = nextKey_++;
    auto handle =
        std::make_unique<AudioSessionHandle>(std::move(control2), key, std::move(ids), device.value.id, callbacks_);
    if (handle->value.state == ::deskline::AudioSessionState::expired) return nullptr;
    return (sessions_[key] = std::move(handle)).get();
}

HRESULT DeviceInventory::look() {
    audioThread_.check();
    for (auto& [key, device] : devices_) {
        const HRESULT code = device->look();
        if (isWithoutService(code)) return code;
    }
    return S_OK;
}

bool DeviceInventory::complete() const {
    return std::ranges::all_of(devices_, [](const auto& entry) { return entry.second->complete(); });
}

void DeviceInventory::addSession(IAudioSessionControl* control, std::uint64_t key) {
    audioThread_.check();
    if (const auto* on = device(key))
        if (const auto* fresh = add(control, *on))
            report_({AudioSessionChanged{fresh->value, AudioSessionChange::created}});
}

HRESULT DeviceInventory::rescan(IMMDeviceEnumerator* enumerator) {
    audioThread_.check();
    std::map<DeviceId, AudioDevice> before;
    for (auto& [key, device] : devices_) before[device->value.id] = device->value;
    if (const HRESULT code = enumerate(enumerator); FAILED(code)) return code;
    reportDevices(std::move(before));
    for (auto& [key, device] : devices_) {
        dropSessionsOf(device->value.id, device->value.state == ::deskline::DeviceState::active);
        for (auto& control : device->sessions()) addSession(control.Get(), key);
    }
    return S_OK;
}

void DeviceInventory::reportDevices(std::map<DeviceId, AudioDevice> before) {
    for (auto& [key, device] : devices_) {
        const auto& now = device->value;
        const auto old = before.find(now.id);
        if (old == before.end()) {
            report_({AudioDeviceChanged{now, AudioDeviceChange::added}});
            continue;
        }
        if (old->second.state != now.state) report_({AudioDeviceChanged{now, AudioDeviceChange::state}});
        if (old->second.name != now.name) report_({AudioDeviceChanged{now, AudioDeviceChange::name}});
        if (old->second.defaultFor != now.defaultFor) report_({AudioDeviceChanged{now, AudioDeviceChange::default_}});
        before.erase(old);
    }
    for (auto& [id, gone] : before) {
        dropSessionsOf(id, false);
        report_({AudioDeviceChanged{gone, AudioDeviceChange::removed}});
    }
}

void DeviceInventory::dropSessionsOf(const DeviceId& device, bool deadAlone) {
    for (auto entry = sessions_.begin(); entry != sessions_.end();)
        if (entry->second->value.device == device && (!deadAlone || entry->second->over())) {
            report_({AudioSessionChanged{entry->second->value, AudioSessionChange::disconnected,
                                         DisconnectReason::device_removal}});
            entry = sessions_.erase(entry);
        } else {
            ++entry;
        }
}

}  // namespace deskline::audio
