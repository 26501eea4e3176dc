// The audio port on Core Audio. No COM header here: main includes this one.
#pragma once
#include <memory>

#include "audio/audio.hpp"

namespace deskline::audio {

class CoreAudio final : public Audio {
public:
    CoreAudio();
    ~CoreAudio() override;

    void start(source::Report report) override;
    void perform(CommandId command, Change change, Completion completion) override;
    void meter(double framesPerSecond) override;
    void stop() override;

private:
    struct Thread;
    std::unique_ptr<Thread> thread_;
};

}  // namespace deskline::audio
