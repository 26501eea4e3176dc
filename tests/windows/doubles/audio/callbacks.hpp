// What happened in the mixer, told to every sink that is registered for it: IAudioSessionEvents,
// IAudioSessionNotification, IAudioEndpointVolumeCallback, IMMNotificationClient, IAudioVolumeDuckNotification. Thread:
// the callback thread. No lock is held while a sink is called; each call is timed (rules/callback).
#pragma once
#include "doubles/audio/world.hpp"

namespace deskline::doubles::audio {

void tell(World& world, const simulation::MixerEvent& event);

}  // namespace deskline::doubles::audio
