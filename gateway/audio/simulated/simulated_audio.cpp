#include "audio/simulated/simulated_audio.hpp"

#include <algorithm>

namespace deskline::audio {

using simulation::Code;

SimulatedAudio::SimulatedAudio(unsigned short consolePort) : consolePort_(consolePort) {}
SimulatedAudio::~SimulatedAudio() { stop(); }

void SimulatedAudio::start(source::Report report) {
    report_ = std::move(report);
    mixer_.listen([this](const simulation::MixerEvent& event) { happened(event); });
    if (consolePort_)
        console_ = std::make_unique<simulation::Console>(
            consolePort_, [this](const boost::json::object& request) { return simulation::control(mixer_, request); });
    report_({SourceConnected{Source::audio,
                             {{"devices", true},
                              {"sessions", true},
                              {"sessionEvents", true},
                              {"deviceVolume", true},
                              {"displayName", true},
                              {"meters", true},
                              {"ducking", true}}}});
    report_({AudioInventory{mixer_.devices(), mixer_.sessions()}});
    meters_ = std::thread([this] { runMeters(); });
}

void SimulatedAudio::stop() {
    console_.reset();
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (meters_.joinable()) meters_.join();
    mixer_.faults().clear();
    executor_.stop(std::chrono::seconds(1));
    mixer_.listen({});
}

void SimulatedAudio::meter(double framesPerSecond) {
    const std::lock_guard lock(mutex_);
    rate_ = std::clamp(framesPerSecond, 0.0, 60.0);
    wake_.notify_all();
}

void SimulatedAudio::runMeters() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (rate_ <= 0) {
            wake_.wait(lock, [this] { return stopping_ || rate_ > 0; });
            continue;
        }
        wake_.wait_for(lock, std::chrono::duration<double>(1.0 / rate_), [this] { return stopping_; });
        lock.unlock();
        for (const auto& session : mixer_.sessions()) {
            auto channels = mixer_.peaks(session.id);
            const auto peak = channels.empty() ? 0.0 : *std::ranges::max_element(channels);
            report_({Meter{session.id, peak, std::move(channels)}});
        }
        lock.lock();
    }
}

void SimulatedAudio::happened(const simulation::MixerEvent& event) {
    std::visit(
        [this](const auto& e) {
            using E = std::decay_t<decltype(e)>;
            if constexpr (std::is_same_v<E, simulation::MixerSessionHappened>)
                report_({.what = AudioSessionChanged{e.session, e.change, e.reason}, .command = e.context});
            else if constexpr (std::is_same_v<E, simulation::MixerDeviceHappened>)
                report_({.what = AudioDeviceChanged{e.device, e.change}, .command = e.context});
            else
                report_({e});
        },
        event);
}

void SimulatedAudio::perform(CommandId command, Change change, Completion completion) {
    auto what = "a change of " + change.object.id;
    executor_.post("mixer", "", std::move(what),
                   [this, command, change = std::move(change), completion = std::move(completion)] {
                       completion(carryOut(command, change));
                   });
}

Result<Outcome> SimulatedAudio::carryOut(CommandId command, const Change& change) {
    const auto device = mixer_.device(change.object.id);
    const auto session = mixer_.session(change.object.id);
    if (change.object.kind == Kind::audio_device ? !device : !session) return Fault{"audio-device-gone", "It is gone."};
    const auto failed = [](Code code, std::string_view what) -> Result<Outcome> { return fromHresult(code, what); };
    const double volume = device ? device->volume : session->volume;
    const bool muted = device ? device->muted : session->muted;
    const bool heard = (change.volume && *change.volume != volume) || (change.muted && *change.muted != muted) ||
                       change.channelVolumes || change.displayName;
    if (change.volume)
        if (const Code code = mixer_.setVolume(change.object.id, *change.volume, command))
            return failed(code, "SetMasterVolume");
    if (change.muted)
        if (const Code code = mixer_.setMuted(change.object.id, *change.muted, command)) return failed(code, "SetMute");
    if (change.channelVolumes)
        if (const Code code = mixer_.setChannels(change.object.id, *change.channelVolumes, command))
            return failed(code, "SetAllVolumes");
    if (change.displayName)
        if (const Code code = mixer_.setDisplayName(change.object.id, *change.displayName, command))
            return failed(code, "IAudioSessionControl::SetDisplayName");
    return Outcome{change.object.id, heard};
}

}  // namespace deskline::audio
