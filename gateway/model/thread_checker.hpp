// Asserts that an object is used on one thread only: the first thread that checks is the owner, and every later check
// must come from it. In a build with NDEBUG it has no state and does nothing. Thread: the owner's.
#pragma once
#include <cassert>
#include <thread>

namespace deskline {

class ThreadChecker {
public:
#ifdef NDEBUG
    bool isOwner() const { return true; }
#else
    // False on any thread but the first that asked. Two threads that ask first at the same time are a data race, which
    // is the mistake that this looks for.
    bool isOwner() const {
        if (owner_ == std::thread::id()) owner_ = std::this_thread::get_id();
        return owner_ == std::this_thread::get_id();
    }
#endif
    void check() const { assert(isOwner() && "this belongs to another thread"); }

private:
#ifndef NDEBUG
    mutable std::thread::id owner_;
#endif
};

}  // namespace deskline
