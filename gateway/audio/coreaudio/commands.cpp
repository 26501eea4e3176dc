#include "audio/coreaudio/commands.hpp"

namespace deskline::audio {
namespace {

// Whether the change asks for a value that differs from the present one. Core Audio keeps volumes as floats.
bool differs(const Change& change, double volume, bool muted) {
    return change.channelVolumes || change.displayName ||
           (change.volume && static_cast<float>(*change.volume) != static_cast<float>(volume)) ||
           (change.muted && *change.muted != muted);
}

VolumeChange volumeOf(const Change& change) { return {change.volume, change.muted, change.channelVolumes}; }

}  // namespace

Result<Outcome> Commands::carryOut(const Command& command) {
    const auto& object = command.change.object;
    Result<bool> told = false;
    if (object.kind == Kind::audio_device) {
        auto* device = inventory_.device(object.id);
        if (!device) return Fault{"audio-device-gone", "The device is gone."};
        told = change(*device, command);
    } else {
        auto* session = inventory_.session(object.id);
        if (!session) return Fault{"audio-device-gone", "The session is gone."};
        told = change(*session, command);
    }
    if (told) return Outcome{object.id, *told};
    const auto& fault = told.error();
    if (fault.slug == "audio-device-gone" || fault.slug == "source-lost") callbacks_.rescan = true;
    return fault;
}

// The change is read back and reported at once, as one event with its cause, since some systems answer S_OK to a
// registration and never call back.
Result<bool> Commands::change(AudioDeviceHandle& device, const Command& command) {
    const bool asked = differs(command.change, device.value.volume, device.value.muted);
    if (auto set = device.set(volumeOf(command.change), contexts_.of(command.id)); !set) return set.error();
    if (!asked) return false;
    const auto before = device.value;
    device.readVolume();
    if (device.value == before) return false;
    report_({.what = AudioDeviceChanged{device.value, AudioDeviceChange::volume}, .command = command.id});
    return true;
}

Result<bool> Commands::change(AudioSessionHandle& session, const Command& command) {
    const auto& wanted = command.change;
    const bool asked = differs(wanted, session.value.volume, session.value.muted);
    if (auto set = session.set(volumeOf(wanted), wanted.displayName, contexts_.of(command.id)); !set)
        return set.error();
    if (!asked) return false;
    auto now = session.current();
    if (now == session.value) return false;
    session.value = std::move(now);
    const auto what = wanted.volume || wanted.muted ? AudioSessionChange::volume
                      : wanted.channelVolumes       ? AudioSessionChange::channels
                                                    : AudioSessionChange::name;
    report_({.what = AudioSessionChanged{session.value, what}, .command = command.id});
    return true;
}

}  // namespace deskline::audio
