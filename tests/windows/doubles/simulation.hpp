// What both doubles take from the simulation: its answers as HRESULTs, and the port on which its console listens.
#pragma once
#include <windows.h>

#include <cstdlib>

#include "simulation/faults.hpp"

namespace deskline::doubles {

inline HRESULT hr(simulation::Code code) { return static_cast<HRESULT>(code); }

inline unsigned short consolePort(const char* variable) {  // 0: none is asked for
    const char* text = std::getenv(variable);
    return text ? static_cast<unsigned short>(std::atoi(text)) : 0;
}

}  // namespace deskline::doubles
