// Ends the process as a kill does: nothing is flushed, no destructor and no handler runs. For failpoint.cpp alone.
// Source: raise(3); abort (ISO C). Thread: any.
#pragma once

namespace deskline {

[[noreturn]] void endAsKilled();

}  // namespace deskline
