// `deskline doctor`: what this host offers, what each finding means and what to do. Changes nothing that stays. Thread: main's.
#pragma once
#include "host/configuration.hpp"

namespace deskline {

int doctor(const host::Configuration& configuration, bool json);  // exit code: 0 all well, 1 degraded, 2 cannot serve

}  // namespace deskline
