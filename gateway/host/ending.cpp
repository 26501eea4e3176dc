#include "host/ending.hpp"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>

namespace deskline::host {
namespace {

constexpr auto lookForHurry = std::chrono::milliseconds(20);

}  // namespace

bool within(std::chrono::milliseconds patience, std::function<void()> work, const std::function<bool()>& hurried) {
    struct State {
        std::mutex mutex;
        std::condition_variable done;
        bool ended = false;
    };
    const auto state = std::make_shared<State>();
    std::thread thread([state, work = std::move(work)] {
        try {
            work();
        } catch (const std::exception& error) {
            spdlog::error("ending: {}", error.what());
        }
        {
            const std::lock_guard lock(state->mutex);
            state->ended = true;
        }
        state->done.notify_all();
    });
    const auto until = std::chrono::steady_clock::now() + patience;
    bool ended = false;
    {
        std::unique_lock lock(state->mutex);
        while (!state->ended && std::chrono::steady_clock::now() < until && !hurried())
            state->done.wait_for(lock, lookForHurry);
        ended = state->ended;
    }
    ended ? thread.join() : thread.detach();
    return ended;
}

void abandonProcess(int code) {
    spdlog::default_logger()->flush();
    std::_Exit(code);
}

}  // namespace deskline::host
