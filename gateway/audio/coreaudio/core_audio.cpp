#include "audio/coreaudio/core_audio.hpp"

#include "audio/coreaudio/audio_thread.hpp"

namespace deskline::audio {

CoreAudio::CoreAudio() : thread_(std::make_unique<AudioThread>()) {}
CoreAudio::~CoreAudio() { stop(); }

void CoreAudio::start(source::Report report) { thread_->start(std::move(report)); }

void CoreAudio::perform(CommandId command, Change change, Completion completion) {
    thread_->perform({command, std::move(change), std::move(completion)});
}

void CoreAudio::meter(double framesPerSecond) { thread_->meter(framesPerSecond); }

void CoreAudio::stop() { thread_->stop(); }

}  // namespace deskline::audio
