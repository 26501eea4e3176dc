// The event contexts (EventContext, a GUID) that the gateway gives with its own changes: eight bytes of this process,
// then the command's id. They tell a callback about such a change from others. Thread: any.
#pragma once
#include <windows.h>

#include "model/fact.hpp"

namespace deskline::audio {

class EventContexts {
public:
    EventContexts();
    GUID of(CommandId command) const;
    CommandId commandOf(const GUID& context) const;  // 0: another program's

private:
    std::uint64_t own_ = 0;
};

}  // namespace deskline::audio
