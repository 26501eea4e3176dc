// Holds that what belongs to one thread is used by it alone: the first that checks is the owner, and every later one
// must be the same. In a build with NDEBUG it has no state and does nothing. Thread: see there.
#pragma once
#include <cassert>
#include <thread>

namespace deskline {

class ThreadChecker {
public:
#ifdef NDEBUG
    bool isOwner() const { return true; }
#else
    // From anything but the first thread: false. Two that are first at the same time are a race, and a mistake already.
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
