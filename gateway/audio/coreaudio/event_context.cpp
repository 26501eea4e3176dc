#include "audio/coreaudio/event_context.hpp"

#include <openssl/rand.h>

#include <cstring>

namespace deskline::audio {

EventContexts::EventContexts() { RAND_bytes(reinterpret_cast<unsigned char*>(&own_), sizeof own_); }

GUID EventContexts::of(CommandId command) const {
    GUID context;
    std::memcpy(&context, &own_, 8);
    std::memcpy(reinterpret_cast<char*>(&context) + 8, &command, 8);
    return context;
}

CommandId EventContexts::commandOf(const GUID& context) const {
    CommandId command = 0;
    if (std::memcmp(&context, &own_, 8) == 0) std::memcpy(&command, reinterpret_cast<const char*>(&context) + 8, 8);
    return command;
}

}  // namespace deskline::audio
