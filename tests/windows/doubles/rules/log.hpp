// The log of the doubles: one line for each call, and one that begins with "RULE BROKEN" for each rule of COM that a
// client broke; tests look for it. DESKLINE_DOUBLE_LOG names the file; without it nothing is written. Thread: any.
#pragma once
#include <string_view>

namespace deskline::doubles {

void log(std::string_view line);
void ruleBroken(std::string_view which);

}  // namespace deskline::doubles
