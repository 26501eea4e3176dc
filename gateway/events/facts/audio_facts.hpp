// How the facts of an audio source change the state. Thread: the ledger's.
#pragma once
#include "events/facts/changes.hpp"

namespace deskline::events {

class AudioFacts {
public:
    AudioFacts(State& state, Changes& changes) : state_(state), changes_(changes) {}

    void operator()(const AudioSessionChanged& fact);
    void operator()(const AudioDeviceChanged& fact);
    void operator()(const AudioInventory& fact);

private:
    State& state_;
    Changes& changes_;
};

}  // namespace deskline::events
