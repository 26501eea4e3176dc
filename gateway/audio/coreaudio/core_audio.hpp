// The audio port on Core Audio. No COM header here: main includes this one. Thread: see the port.
#pragma once
#include <memory>

#include "audio/audio.hpp"

namespace deskline::audio {

class AudioThread;

class CoreAudio final : public Audio {
public:
    CoreAudio();
    ~CoreAudio() override;

    void start(source::Report report) override;
    void perform(CommandId command, Change change, Completion completion) override;
    void meter(double framesPerSecond) override;
    void stop() override;

private:
    std::unique_ptr<AudioThread> thread_;
};

}  // namespace deskline::audio
