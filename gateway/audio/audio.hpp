// The audio port: volume, mute and names of the host's devices and sessions, whichever back end serves it. Facts come
// back through the report, each with the id of the command that caused it, if one did. Back ends: simulated/
// (everywhere), coreaudio/ (Windows). Thread: as the telephony port.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/fact.hpp"
#include "model/kinds.hpp"
#include "source/recovery.hpp"

namespace deskline::audio {

struct Change {                    // absent members stay as they are
    ObjectRef object;              // audio_device or audio_session
    std::optional<double> volume;  // 0..1: tapered scalar of a device, linear amplitude of a session
    std::optional<bool> muted;
    std::optional<std::vector<double>> channelVolumes;
    std::optional<std::string> displayName;  // sessions only
};

struct Outcome {
    std::string object;
    bool eventExpected = true;  // false: nothing differed, so no event will come
};
using Completion = std::function<void(Result<Outcome>)>;

class Audio {
public:
    virtual ~Audio() = default;

    virtual void start(source::Report report) = 0;
    virtual void perform(CommandId command, Change change, Completion completion) = 0;
    virtual void meter(double framesPerSecond) = 0;  // how often to report Meter facts, at most 60; 0: never
    virtual void stop() = 0;
};

}  // namespace deskline::audio
