// The audio thread: the only one that registers, unregisters, sets and releases.
#include "audio/coreaudio/core_audio.hpp"

#include <spdlog/spdlog.h>

#include <openssl/rand.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>

#include "audio/coreaudio/entries.hpp"
#include "model/id.hpp"

namespace deskline::audio {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto settle = std::chrono::milliseconds(250);  // default changes come once a role, property changes in bursts
constexpr auto rescanEvery = std::chrono::seconds(5);    // where notifications are not to be had
constexpr auto retryEvery = std::chrono::seconds(2);

// An event context: eight bytes of this process, then the command.
class Contexts {
public:
    Contexts() { RAND_bytes(reinterpret_cast<unsigned char*>(&own_), sizeof own_); }
    GUID of(CommandId command) const {
        GUID context;
        std::memcpy(&context, &own_, 8);
        std::memcpy(reinterpret_cast<char*>(&context) + 8, &command, 8);
        return context;
    }
    CommandId commandOf(const GUID& context) const {
        CommandId command = 0;
        if (std::memcmp(&context, &own_, 8) == 0) std::memcpy(&command, reinterpret_cast<const char*>(&context) + 8, 8);
        return command;
    }

private:
    std::uint64_t own_ = 0;
};

struct Command {
    CommandId id;
    Change change;
    Completion completion;
};
}  // namespace

struct CoreAudio::Thread {
    source::Report report;
    std::shared_ptr<Notices> notices = std::make_shared<Notices>();
    Contexts contexts;
    Capabilities capabilities;
    ComPtr<IMMDeviceEnumerator> enumerator;
    ComPtr<IMMNotificationClient> deviceSink;
    std::map<std::uint64_t, std::unique_ptr<DeviceEntry>> devices;
    std::map<std::uint64_t, std::unique_ptr<SessionEntry>> sessions;
    std::uint64_t nextKey = 1;
    std::optional<Clock::time_point> rescanAt;
    Clock::time_point nextRescan = Clock::now() + rescanEvery, nextMeter{};
    std::map<std::string, bool> toldCapabilities;
    bool lost = false;

    std::mutex mutex;
    std::deque<Command> commands;
    std::atomic<double> meterRate{0};
    std::atomic<bool> stopping{false};
    std::thread thread;

    void run() {
        const auto apartment = com::enterApartment();
        connect();
        while (!stopping) {
            WaitForSingleObject(notices->event(), timeout());
            carryOutCommands();
            takeNotices();
            takeMarks();
            if (notices->rescan.exchange(false)) rescanAt = Clock::now() + settle;
            const auto time = Clock::now();
            const bool blind = !capabilities.sessionEvents || devices.empty() || lost;
            if ((rescanAt && time >= *rescanAt) || (blind && time >= nextRescan)) rescan();
            if (meterRate > 0 && time >= nextMeter) readMeters(time);
        }
        disconnect();
    }

    DWORD timeout() const {
        auto next = nextRescan;
        if (rescanAt) next = std::min(next, *rescanAt);
        if (meterRate > 0) next = std::min(next, nextMeter);
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now()).count();
        return static_cast<DWORD>(std::clamp<std::int64_t>(left + 1, 1, 5000));
    }

    void connect() {
        if (!enumerator) {
            const HRESULT code =
                CoCreateInstance(enumeratorClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(IMMDeviceEnumerator),
                                 reinterpret_cast<void**>(enumerator.GetAddressOf()));
            if (FAILED(code)) return lose(com::failed(code, "CoCreateInstance(MMDeviceEnumerator)"));
            deviceSink.Attach(new DeviceSink(notices));  // not AddRef'ed by the registration: it lives until disconnect
            enumerator->RegisterEndpointNotificationCallback(deviceSink.Get());
        }
        AudioInventory inventory;
        if (const auto code = enumerateDevices(); FAILED(code))
            return lose(com::failed(code, "IMMDeviceEnumerator::EnumAudioEndpoints"));
        for (auto& [key, device] : devices)
            for (auto& control : device->sessions()) addSession(control.Get(), *device);
        for (auto& [key, device] : devices) inventory.devices.push_back(device->value);
        for (auto& [key, session] : sessions) inventory.sessions.push_back(session->value);
        lost = false;
        tellCapabilities(true);
        report({std::move(inventory)});
    }

    void disconnect() {
        sessions.clear();
        devices.clear();
        if (enumerator && deviceSink) enumerator->UnregisterEndpointNotificationCallback(deviceSink.Get());
        deviceSink.Reset();
        enumerator.Reset();
        Notice left;
        while (notices->pop(left))
            if (left.session) left.session->Release();
    }

    void lose(const Fault& fault) {
        nextRescan = Clock::now() + retryEvery;
        if (std::exchange(lost, true)) return;
        spdlog::warn("audio source lost: {}", fault.detail);
        report({SourceLost{Source::audio, fault}});
        sessions.clear();
        devices.clear();
    }

    void tellCapabilities(bool always) {
        auto now = capabilities.all();
        if (!always && now == toldCapabilities) return;
        toldCapabilities = now;
        report({SourceConnected{Source::audio, std::move(now)}});
    }

    HRESULT enumerateDevices() {
        ComPtr<IMMDeviceCollection> all;
        UINT count = 0;
        if (const HRESULT code = enumerator->EnumAudioEndpoints(eAll, DEVICE_STATEMASK_ALL, all.GetAddressOf());
            FAILED(code))
            return code;
        if (const HRESULT code = all->GetCount(&count); FAILED(code)) return code;
        std::set<std::string> present;
        for (UINT i = 0; i < count; ++i) {
            ComPtr<IMMDevice> device;
            com::TaskText id;
            if (FAILED(all->Item(i, device.GetAddressOf())) || !device || FAILED(device->GetId(id.receive()))) continue;
            const auto stable = stableId({"device", id.text()});
            present.insert(stable);
            const auto known =
                std::ranges::find_if(devices, [&](auto& entry) { return entry.second->value.id == stable; });
            if (known != devices.end()) {
                known->second->read();
                continue;
            }
            const auto key = nextKey++;
            devices[key] = std::make_unique<DeviceEntry>(std::move(device), key, notices, capabilities);
        }
        std::erase_if(devices, [&](auto& entry) { return !present.contains(entry.second->value.id); });
        for (auto& [key, device] : devices) device->value.defaultFor.clear();
        for (const auto flow : {eRender, eCapture})
            for (const auto role : {eConsole, eMultimedia, eCommunications}) {
                ComPtr<IMMDevice> device;
                com::TaskText id;
                if (FAILED(enumerator->GetDefaultAudioEndpoint(flow, role, device.GetAddressOf())) || !device ||
                    FAILED(device->GetId(id.receive())))
                    continue;
                const auto stable = stableId({"device", id.text()});
                for (auto& [key, entry] : devices)
                    if (entry->value.id == stable) entry->value.defaultFor.push_back(static_cast<DeviceRole>(role));
            }
        return S_OK;
    }

    SessionEntry* addSession(IAudioSessionControl* control, DeviceEntry& device) {
        auto control2 = com::query<IAudioSessionControl2>(control);
        if (!control2) return nullptr;
        auto ids = SessionIds::of(control2.Get(), device.value.id);
        const auto identity = com::identityOf(control2.Get());
        const auto isIt = [&](const auto& entry) {
            return entry.second->ids.same(ids) || com::identityOf(entry.second->control.Get()) == identity;
        };
        if (std::ranges::any_of(sessions, isIt)) return nullptr;
        const auto key = nextKey++;
        auto entry = std::make_unique<SessionEntry>(std::move(control2), key, std::move(ids), device.value.id, notices);
        if (entry->value.state == ::deskline::AudioSessionState::expired) return nullptr;
        return (sessions[key] = std::move(entry)).get();
    }

    // Compares everything with what was told, and tells what differs.
    void rescan() {
        rescanAt.reset();
        nextRescan = Clock::now() + (lost ? retryEvery : rescanEvery);
        if (lost || !enumerator) return connect();
        std::map<std::string, AudioDevice> before;
        for (auto& [key, device] : devices) before[device->value.id] = device->value;
        if (const HRESULT code = enumerateDevices(); FAILED(code))
            return lose(com::failed(code, "IMMDeviceEnumerator::EnumAudioEndpoints"));
        for (auto& [key, device] : devices) {
            const auto& now = device->value;
            const auto old = before.find(now.id);
            if (old == before.end())
                report({AudioDeviceChanged{now, AudioDeviceChange::added}});
            else {
                if (old->second.state != now.state) report({AudioDeviceChanged{now, AudioDeviceChange::state}});
                if (old->second.name != now.name) report({AudioDeviceChanged{now, AudioDeviceChange::name}});
                if (old->second.defaultFor != now.defaultFor)
                    report({AudioDeviceChanged{now, AudioDeviceChange::default_}});
                before.erase(old);
            }
        }
        for (auto& [id, gone] : before) {
            dropSessionsOf(id);
            report({AudioDeviceChanged{gone, AudioDeviceChange::removed}});
        }
        for (auto& [key, device] : devices) {
            if (device->value.state != ::deskline::DeviceState::active) dropSessionsOf(device->value.id);
            for (auto& control : device->sessions())
                if (const auto* fresh = addSession(control.Get(), *device))
                    report({AudioSessionChanged{fresh->value, AudioSessionChange::created}});
        }
        tellCapabilities(false);
    }

    void dropSessionsOf(const std::string& device) {
        for (auto entry = sessions.begin(); entry != sessions.end();)
            if (entry->second->value.device == device) {
                report({AudioSessionChanged{entry->second->value, AudioSessionChange::disconnected,
                                            DisconnectReason::device_removal}});
                entry = sessions.erase(entry);
            } else {
                ++entry;
            }
    }

    void takeNotices() {
        Notice notice;
        while (notices->pop(notice)) take(notice);
    }

    void take(const Notice& notice) {
        const auto command = contexts.commandOf(notice.context);
        if (notice.kind == NoticeKind::created) {
            ComPtr<IAudioSessionControl> control;
            control.Attach(static_cast<IAudioSessionControl*>(notice.session));
            if (const auto device = devices.find(notice.object); device != devices.end())
                if (const auto* fresh = addSession(control.Get(), *device->second))
                    report({AudioSessionChanged{fresh->value, AudioSessionChange::created}});
            return;
        }
        if (notice.kind == NoticeKind::duck || notice.kind == NoticeKind::unduck)
            return report({Ducking{stableId({"audio-session", com::toUtf8(notice.id)}), notice.kind == NoticeKind::duck,
                                   notice.channelCount}});
        if (const auto device = devices.find(notice.object); device != devices.end())
            return takeVolume(*device->second, notice, command);
        if (const auto session = sessions.find(notice.object); session != sessions.end())
            takeSession(*session->second, notice, command);
    }

    // A change of our own was told when it was made (carryOut): its notice brings nothing new, unless somebody else
    // came in between.
    void takeVolume(DeviceEntry& device, const Notice& notice, CommandId command) {
        auto now = device.value;
        now.volume = notice.volume;
        now.muted = notice.muted;
        now.channelVolumes.assign(notice.channels, notice.channels + notice.channelCount);
        if (now == device.value) return;
        if (command) {
            device.marks->readAgain = true;
            return;
        }
        device.readVolume();  // for the decibels; the rest is as the notice said
        now.volumeDb = device.value.volumeDb;
        device.value = now;
        report({AudioDeviceChanged{device.value, AudioDeviceChange::volume}});
    }

    void takeSession(SessionEntry& session, const Notice& notice, CommandId command) {
        const auto before = session.value;
        auto change = AudioSessionChange::volume;
        switch (notice.kind) {
            case NoticeKind::volume:
                session.value.volume = notice.volume;
                session.value.muted = notice.muted;
                break;
            case NoticeKind::channels:
                change = AudioSessionChange::channels;
                session.value.channelVolumes.assign(notice.channels, notice.channels + notice.channelCount);
                break;
            case NoticeKind::name:
                change = AudioSessionChange::name;
                session.read();
                break;
            case NoticeKind::icon:
                change = AudioSessionChange::icon;
                session.read();
                break;
            default:
                change = AudioSessionChange::grouping;
                session.read();
                break;
        }
        if (session.value == before) return;
        if (command) {
            session.value = before;
            session.marks->readAgain = true;
            return;
        }
        report({AudioSessionChanged{session.value, change}});
    }

    void takeMarks() {
        for (auto& [key, device] : devices)
            if (device->marks->readAgain.exchange(false)) {
                const auto before = device->value;
                device->readVolume();
                if (device->value != before) report({AudioDeviceChanged{device->value, AudioDeviceChange::volume}});
            }
        for (auto entry = sessions.begin(); entry != sessions.end();) {
            auto& session = *entry->second;
            if (session.marks->readAgain.exchange(false)) {
                const auto before = session.value;
                session.read();
                if (session.value != before) report({AudioSessionChanged{session.value, AudioSessionChange::volume}});
            }
            const int state = session.marks->state.exchange(-1),
                      disconnected = session.marks->disconnected.exchange(-1);
            if (state >= 0) {
                session.value.state = sessionStateFrom(state);
                report({AudioSessionChanged{session.value, AudioSessionChange::state}});
            }
            if (disconnected >= 0) {
                const auto reason =
                    disconnected <= 5 ? static_cast<DisconnectReason>(disconnected) : DisconnectReason::unknown;
                session.value.state = ::deskline::AudioSessionState::expired;
                report({AudioSessionChanged{session.value, AudioSessionChange::disconnected, reason}});
            }
            const bool over = disconnected >= 0 || session.value.state == ::deskline::AudioSessionState::expired;
            entry = over ? sessions.erase(entry)
                         : std::next(entry);  // unregistered and released here, never in the callback
        }
    }

    void carryOutCommands() {
        std::deque<Command> taken;
        {
            const std::lock_guard lock(mutex);
            taken.swap(commands);
        }
        for (auto& command : taken) command.completion(carryOut(command));
    }

    // Reads back what was changed and tells it at once, one event with its cause: some systems say S_OK to a
    // registration and never call.
    bool tell(std::uint64_t key, const Command& command) {
        if (const auto device = devices.find(key); device != devices.end()) {
            const auto before = device->second->value;
            device->second->readVolume();
            if (device->second->value == before) return false;
            report(
                {.what = AudioDeviceChanged{device->second->value, AudioDeviceChange::volume}, .command = command.id});
            return true;
        }
        auto& session = *sessions.at(key);
        const auto before = session.value;
        session.read();
        if (session.value == before) return false;
        const auto change = command.change.volume || command.change.muted ? AudioSessionChange::volume
                            : command.change.channelVolumes               ? AudioSessionChange::channels
                                                                          : AudioSessionChange::name;
        report({.what = AudioSessionChanged{session.value, change}, .command = command.id});
        return true;
    }

    Result<Outcome> carryOut(const Command& command) {
        const auto& change = command.change;
        const GUID context = contexts.of(command.id);
        std::string_view what;
        HRESULT code = S_OK;
        std::uint64_t key = 0;
        bool differs = change.channelVolumes.has_value() || change.displayName.has_value();
        const auto differsFrom = [&](double volume, bool muted) {
            return differs || (change.volume && static_cast<float>(*change.volume) != static_cast<float>(volume)) ||
                   (change.muted && *change.muted != muted);
        };
        if (change.object.kind == Kind::audio_device) {
            const auto entry =
                std::ranges::find_if(devices, [&](auto& e) { return e.second->value.id == change.object.id; });
            if (entry == devices.end()) return Fault{"audio-device-gone", "The device is gone."};
            key = entry->first;
            differs = differsFrom(entry->second->value.volume, entry->second->value.muted);
            code = entry->second->set(change.volume, change.muted, change.channelVolumes, context, what);
        } else {
            const auto entry =
                std::ranges::find_if(sessions, [&](auto& e) { return e.second->value.id == change.object.id; });
            if (entry == sessions.end()) return Fault{"audio-device-gone", "The session is gone."};
            key = entry->first;
            differs = differsFrom(entry->second->value.volume, entry->second->value.muted);
            code = entry->second->set(change.volume, change.muted, change.channelVolumes, change.displayName, context,
                                      what);
        }
        if (FAILED(code)) {
            const auto fault = com::failed(code, what);
            if (fault.slug == "audio-device-gone" || fault.slug == "source-lost") notices->rescan = true;
            return fault;
        }
        return Outcome{change.object.id, differs && tell(key, command)};
    }

    void readMeters(Clock::time_point time) {
        nextMeter = time + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / meterRate));
        bool any = sessions.empty();
        for (auto& [key, session] : sessions) {
            Meter meter{session->value.id, 0, {}};
            if (!session->peaks(meter.peak, meter.channels)) continue;
            any = true;
            report({std::move(meter)});
        }
        if (any || !std::exchange(capabilities.meters, false)) return;
        spdlog::warn("this system's Core Audio lacks IAudioMeterInformation");
        tellCapabilities(false);
    }
};

CoreAudio::CoreAudio() : thread_(std::make_unique<Thread>()) {}
CoreAudio::~CoreAudio() { stop(); }

void CoreAudio::start(source::Report report) {
    thread_->report = std::move(report);
    thread_->thread = std::thread([this] { thread_->run(); });
}

void CoreAudio::perform(CommandId command, Change change, Completion completion) {
    {
        const std::lock_guard lock(thread_->mutex);
        thread_->commands.push_back({command, std::move(change), std::move(completion)});
    }
    thread_->notices->wake();
}

void CoreAudio::meter(double framesPerSecond) {
    thread_->meterRate = std::clamp(framesPerSecond, 0.0, 60.0);
    thread_->notices->wake();
}

void CoreAudio::stop() {
    thread_->stopping = true;
    thread_->notices->wake();
    if (thread_->thread.joinable()) thread_->thread.join();
}

}  // namespace deskline::audio
