// The exception for a promise that the gateway has broken. Thrown on the test's thread; `what` describes what was seen.
#pragma once
#include <fmt/format.h>

#include <stdexcept>

namespace deskline::model {

struct Broken : std::runtime_error {
    Broken(std::string thePromise, const std::string& seen)
        : std::runtime_error(thePromise + ": " + seen), promise(std::move(thePromise)) {}
    std::string promise;
};

inline void must(bool held, const char* promise, auto seen) {
    if (!held) throw Broken(promise, seen());
}

}  // namespace deskline::model
