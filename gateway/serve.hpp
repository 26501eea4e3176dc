// `deskline serve`: builds everything, owns everything, ends everything. Thread: main's.
#pragma once
#include "host/configuration.hpp"

namespace deskline {

int serve(const host::Configuration& configuration);  // the exit code: 0 a clean end, 1 it could not start

}  // namespace deskline
