#include "doubles/audio/callbacks.hpp"

#include "com/com.hpp"
#include "doubles/audio/endpoint_volume.hpp"
#include "doubles/audio/session_control.hpp"
#include "doubles/audio/session_manager.hpp"
#include "doubles/rules/callback.hpp"

namespace deskline::doubles::audio {
namespace {

using com::ComPtr;

void tellCreated(World& world, const AudioSession& session) {
    std::vector<ComPtr<IAudioSessionNotification>> sinks;
    {
        const std::lock_guard lock(world.mutex);
        for (auto* manager : world.managers)
            if (manager->device == session.device && manager->created && manager->counted && SUCCEEDED(manager->gone()))
                sinks.push_back(manager->created);
    }
    for (auto& sink : sinks) {
        ComPtr<IAudioSessionControl> control;
        control.Attach(new SessionControl(session.id));
        const Callback callback("OnSessionCreated");
        sink->OnSessionCreated(control.Get());
    }
}

void tellSink(IAudioSessionEvents& sink, const simulation::MixerSessionHappened& e, const GUID* who) {
    const Callback callback("IAudioSessionEvents");
    switch (e.change) {
        case AudioSessionChange::volume:
            sink.OnSimpleVolumeChanged(static_cast<float>(e.session.volume), e.session.muted, who);
            break;
        case AudioSessionChange::channels: {
            std::vector<float> volumes(e.session.channelVolumes.begin(), e.session.channelVolumes.end());
            sink.OnChannelVolumeChanged(static_cast<DWORD>(volumes.size()), volumes.data(),
                                        static_cast<DWORD>(e.changedChannel), who);
            break;
        }
        case AudioSessionChange::state: sink.OnStateChanged(numberOf(sessionStates, e.session.state)); break;
        case AudioSessionChange::name:
            sink.OnDisplayNameChanged(com::toUtf16(e.session.displayName).c_str(), who);
            break;
        case AudioSessionChange::icon: sink.OnIconPathChanged(com::toUtf16(e.session.icon).c_str(), who); break;
        case AudioSessionChange::grouping: {
            GUID grouping{};
            CLSIDFromString(com::toUtf16("{" + e.session.groupingId + "}").c_str(), &grouping);
            sink.OnGroupingParamChanged(&grouping, who);
            break;
        }
        default:
            sink.OnSessionDisconnected(
                numberOf(disconnectReasons, e.reason.value_or(DisconnectReason::session_disconnected)));
    }
}

void tellOf(World& world, const simulation::MixerSessionHappened& e) {
    if (e.change == AudioSessionChange::created) return tellCreated(world, e.session);
    const auto context = world.contextOf(e.context);
    const GUID* who = context ? &*context : nullptr;
    std::vector<ComPtr<IAudioSessionEvents>> sinks;
    {
        const std::lock_guard lock(world.mutex);
        for (auto* control : world.controls)
            if (control->id == e.session.id && control->sink && SUCCEEDED(control->gone()))
                sinks.push_back(control->sink);
    }
    for (auto& sink : sinks) tellSink(*sink.Get(), e, who);
}

void tellVolume(World& world, const simulation::MixerDeviceHappened& e) {
    std::vector<ComPtr<IAudioEndpointVolumeCallback>> sinks;
    {
        const std::lock_guard lock(world.mutex);
        for (auto* volume : world.volumes)
            if (volume->device == e.device.id && volume->sink && SUCCEEDED(volume->gone()))
                sinks.push_back(volume->sink);
    }
    const auto channels = e.device.channelVolumes.size();
    std::vector<char> raw(sizeof(AUDIO_VOLUME_NOTIFICATION_DATA) + channels * sizeof(float));
    auto* data = reinterpret_cast<AUDIO_VOLUME_NOTIFICATION_DATA*>(raw.data());
    data->guidEventContext = world.contextOf(e.context).value_or(GUID{});
    data->bMuted = e.device.muted;
    data->fMasterVolume = static_cast<float>(e.device.volume);
    data->nChannels = static_cast<UINT>(channels);
    for (std::size_t i = 0; i < channels; ++i)
        data->afChannelVolumes[i] = static_cast<float>(e.device.channelVolumes[i]);
    for (auto& sink : sinks) {
        const Callback callback("IAudioEndpointVolumeCallback::OnNotify");
        sink->OnNotify(data);
    }
}

void tellOf(World& world, const simulation::MixerDeviceHappened& e) {
    if (e.change == AudioDeviceChange::volume) return tellVolume(world, e);
    const auto id = com::toUtf16(e.device.id);
    std::set<IMMNotificationClient*> told;
    {
        const std::lock_guard lock(world.mutex);
        told = world.clients;
    }
    for (auto* client : told) {
        const Callback callback("IMMNotificationClient");
        switch (e.change) {
            case AudioDeviceChange::added: client->OnDeviceAdded(id.c_str()); break;
            case AudioDeviceChange::removed: client->OnDeviceRemoved(id.c_str()); break;
            case AudioDeviceChange::state:
                client->OnDeviceStateChanged(id.c_str(), numberOf(deviceStates, e.device.state));
                break;
            case AudioDeviceChange::name: client->OnPropertyValueChanged(id.c_str(), friendlyName); break;
            default:
                for (const auto role : e.device.defaultFor)
                    client->OnDefaultDeviceChanged(numberOf(flows, e.device.flow), numberOf(roles, role), id.c_str());
        }
    }
}

void tellOf(World& world, const Ducking& e) {
    std::vector<ComPtr<IAudioVolumeDuckNotification>> sinks;
    {
        const std::lock_guard lock(world.mutex);
        for (auto* manager : world.managers)
            if (manager->ducking && SUCCEEDED(manager->gone())) sinks.push_back(manager->ducking);
    }
    const auto id = com::toUtf16("{simulated}|" + e.session);
    for (auto& sink : sinks) {
        const Callback callback("IAudioVolumeDuckNotification");
        e.ducked ? sink->OnVolumeDuckNotification(id.c_str(), e.communicationSessions)
                 : sink->OnVolumeUnduckNotification(id.c_str());
    }
}

}  // namespace

void tell(World& world, const simulation::MixerEvent& event) {
    std::visit([&world](const auto& e) { tellOf(world, e); }, event);
}

}  // namespace deskline::doubles::audio
