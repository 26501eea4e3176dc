// Moves a switch's clock with the real one. Thread: its own.
#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "simulation/switch.hpp"

namespace deskline::simulation {

class Driver {
public:
    explicit Driver(Switch& acd) : thread_([this, &acd] { run(acd); }) {}
    ~Driver() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

private:
    void run(Switch& acd) {
        std::unique_lock lock(mutex_);
        while (!wake_.wait_for(lock, std::chrono::milliseconds(50), [this] { return stopping_; })) acd.advance(now());
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace deskline::simulation
