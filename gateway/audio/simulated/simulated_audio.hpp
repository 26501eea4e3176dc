// The audio port on the simulated mixer. Thread: see the port.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "audio/audio.hpp"
#include "simulation/control.hpp"
#include "simulation/mixer.hpp"
#include "source/keyed_executor.hpp"

namespace deskline::audio {

class SimulatedAudio final : public Audio {
public:
    explicit SimulatedAudio(unsigned short consolePort = 0);
    ~SimulatedAudio() override;

    void start(source::Report report) override;
    void perform(CommandId command, Change change, Completion completion) override;
    void meter(double framesPerSecond) override;
    void stop() override;

    simulation::Mixer& mixer() { return mixer_; }

private:
    Result<Outcome> carryOut(CommandId command, const Change& change);
    void happened(const simulation::MixerEvent& event);
    void runMeters();

    unsigned short consolePort_;
    simulation::Mixer mixer_;
    source::Report report_;
    source::KeyedExecutor executor_{1};
    std::unique_ptr<simulation::Console> console_;
    std::mutex mutex_;
    std::condition_variable wake_;
    double rate_ = 0;
    bool stopping_ = false;
    std::thread meters_;
};

}  // namespace deskline::audio
