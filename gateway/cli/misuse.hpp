// What is wrong with a command line that CLI11 refused, in words that name what was written and what there is. Thread:
// main's.
#pragma once
#include <string>

namespace CLI {
class App;
class Error;
}  // namespace CLI

namespace deskline::cli {

// `program` as the parse that threw `refused` has left it. Two lines: what is wrong, and which help says more.
std::string misuse(const CLI::App& program, const CLI::Error& refused);

}  // namespace deskline::cli
