// The end of the process as a kill makes it: nothing is flushed, nothing is destroyed, nobody is told. For
// failpoint.cpp alone. Source: raise(3); abort (ISO C). Thread: any.
#pragma once

namespace deskline {

[[noreturn]] void endAsKilled();

}  // namespace deskline
