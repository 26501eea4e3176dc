// The event contexts (EventContext, a GUID) that the gateway's own changes carry: eight bytes of this process, then the
// command. By it a callback is known to be about one's own change. Thread: any.
#pragma once
#include <windows.h>

#include "model/fact.hpp"

namespace deskline::audio {

class EventContexts {
public:
    EventContexts();
    GUID of(CommandId command) const;
    CommandId commandOf(const GUID& context) const;  // 0: not ours

private:
    std::uint64_t own_ = 0;
};

}  // namespace deskline::audio
