#include "events/facts/audio_facts.hpp"

#include <algorithm>

namespace deskline::events {

void AudioFacts::operator()(const AudioSessionChanged& fact) {
    auto session = fact.session;
    session.revision = changes_.nextRevision();
    auto told = toldOf(session, "change", fact.change);
    if (fact.reason) told.data["reason"] = name(*fact.reason);
    const bool gone =
        fact.change == AudioSessionChange::disconnected || fact.session.state == AudioSessionState::expired;
    if (!gone)
        state_.all<AudioSession>()[session.id] = session;
    else if (state_.all<AudioSession>().erase(session.id) == 0)
        return;  // its end was told already
    const auto delivery = fact.change == AudioSessionChange::volume || fact.change == AudioSessionChange::channels
                              ? Delivery::latest
                              : Delivery::lossless;
    changes_.publish({Kind::audio_session, session.id}, {}, std::move(told),
                     changes_.attribute({Kind::audio_session, session.id, "", name(fact.change)}), delivery);
}

void AudioFacts::operator()(const AudioDeviceChanged& fact) {
    auto device = fact.device;
    device.revision = changes_.nextRevision();
    if (fact.change == AudioDeviceChange::removed)
        state_.all<AudioDevice>().erase(device.id);
    else
        state_.all<AudioDevice>()[device.id] = device;
    if (fact.change == AudioDeviceChange::default_)  // a role has one device for each flow
        for (auto& [id, other] : state_.all<AudioDevice>())
            if (id != fact.device.id && other.flow == fact.device.flow)
                std::erase_if(other.defaultFor, [&](DeviceRole role) {
                    return std::ranges::find(fact.device.defaultFor, role) != fact.device.defaultFor.end();
                });
    changes_.publish({Kind::audio_device, device.id}, {}, toldOf(device, "change", fact.change),
                     changes_.attribute({Kind::audio_device, device.id, "", name(fact.change)}),
                     fact.change == AudioDeviceChange::volume ? Delivery::latest : Delivery::lossless);
}

void AudioFacts::operator()(const AudioInventory& fact) {
    for (const auto& id : missing(state_.all<AudioSession>(), fact.sessions))
        (*this)(AudioSessionChanged{AudioSession(state_.all<AudioSession>().at(id)), AudioSessionChange::disconnected,
                                    DisconnectReason::unknown});
    for (const auto& id : missing(state_.all<AudioDevice>(), fact.devices))
        (*this)(AudioDeviceChanged{AudioDevice(state_.all<AudioDevice>().at(id)), AudioDeviceChange::removed});
    for (auto device : fact.devices) {
        const auto known = state_.all<AudioDevice>().find(device.id);
        if (known != state_.all<AudioDevice>().end())
            device.revision = known->second.revision;  // the source knows none
        if (known == state_.all<AudioDevice>().end())
            (*this)(AudioDeviceChanged{device, AudioDeviceChange::added});
        else if (known->second != device)
            (*this)(AudioDeviceChanged{device, known->second.state != device.state ? AudioDeviceChange::state
                                               : known->second.defaultFor != device.defaultFor
                                                   ? AudioDeviceChange::default_
                                                   : AudioDeviceChange::volume});
    }
    for (auto session : fact.sessions) {
        const auto known = state_.all<AudioSession>().find(session.id);
        if (known != state_.all<AudioSession>().end()) session.revision = known->second.revision;
        if (known == state_.all<AudioSession>().end())
            (*this)(AudioSessionChanged{session, AudioSessionChange::created});
        else if (known->second != session)
            (*this)(AudioSessionChanged{session, known->second.state != session.state ? AudioSessionChange::state
                                                                                      : AudioSessionChange::volume});
    }
}

}  // namespace deskline::events
