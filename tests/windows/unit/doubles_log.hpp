// The log of the doubles, read back: a broken rule is a line in it.
#pragma once
#include <windows.h>

#include <fstream>
#include <string>

#include "com/com.hpp"

namespace deskline::doubles {

inline const std::string logFile = [] {
    char folder[MAX_PATH];
    GetTempPathA(MAX_PATH, folder);
    auto file = std::string(folder) + "doubles-" + std::to_string(GetCurrentProcessId()) + ".log";
    _putenv(
        ("DESKLINE_DOUBLE_LOG=" + file).c_str());  // before the doubles are loaded; the C library keeps its own copy
    return file;
}();

inline std::size_t logged(const std::string& text) {
    std::ifstream file(logFile);
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) count += line.find(text) != std::string::npos;
    return count;
}

// Whether `act` breaks the rule, and only then.
template <class Act>
bool found(const std::string& rule, Act act) {
    const auto before = logged(rule);
    act();
    for (int i = 0; i < 2'000 && logged(rule) == before; ++i) Sleep(10);
    return logged(rule) > before;
}

}  // namespace deskline::doubles
