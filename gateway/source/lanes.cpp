#include "source/lanes.hpp"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace deskline::source {
namespace {

struct Job {
    std::string what;
    std::function<void()> call;
};

constexpr auto idleThreadLives = std::chrono::seconds(5);

}  // namespace

struct Lanes::State {
    std::mutex mutex;
    std::condition_variable wake, quiet;
    std::map<std::string, std::deque<Job>> lanes;  // the front job of a lane is running or ready
    std::deque<std::string> ready;
    std::map<std::string, std::string> running;  // lane → what
    std::size_t limit = 0, threads = 0, idle = 0;
    bool stopping = false;
    Apartment apartment;

    static void work(const std::shared_ptr<State>& state) {
        const auto held = state->apartment ? state->apartment() : nullptr;
        std::unique_lock lock(state->mutex);
        for (;;) {
            ++state->idle;
            const bool woken = state->wake.wait_for(lock, idleThreadLives, [&] { return state->stopping || !state->ready.empty(); });
            --state->idle;
            if (!woken || state->ready.empty()) break;
            const auto lane = state->ready.front();
            state->ready.pop_front();
            auto job = std::move(state->lanes[lane].front());
            state->running[lane] = job.what;
            lock.unlock();
            try {
                job.call();
            } catch (const std::exception& error) {
                spdlog::error("a source's call failed by exception: {}: {}", job.what, error.what());
            }
            job.call = nullptr;  // what it holds is released outside the lock
            lock.lock();
            state->running.erase(lane);
            auto& queue = state->lanes[lane];
            queue.pop_front();
            if (queue.empty())
                state->lanes.erase(lane);
            else {
                state->ready.push_back(lane);
                state->wake.notify_one();
            }
            if (state->lanes.empty()) state->quiet.notify_all();
        }
        --state->threads;
        state->quiet.notify_all();
    }
};

Lanes::Lanes(std::size_t threads, Apartment apartment) : state_(std::make_shared<State>()) {
    state_->limit = threads;
    state_->apartment = std::move(apartment);
}

Lanes::~Lanes() { stop(std::chrono::milliseconds(0)); }

void Lanes::post(const std::string& lane, std::string what, std::function<void()> call) {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping) return;
    auto& queue = state_->lanes[lane];
    queue.push_back({std::move(what), std::move(call)});
    if (queue.size() > 1) return;
    state_->ready.push_back(lane);
    if (state_->ready.size() > state_->idle && state_->threads < state_->limit) {
        ++state_->threads;
        std::thread(&State::work, state_).detach();
    }
    state_->wake.notify_one();
}

std::size_t Lanes::inFlight() const {
    const std::lock_guard lock(state_->mutex);
    return state_->running.size();
}

std::vector<std::string> Lanes::stop(std::chrono::milliseconds patience) {
    std::unique_lock lock(state_->mutex);
    state_->quiet.wait_for(lock, patience, [&] { return state_->lanes.empty(); });
    state_->stopping = true;
    state_->ready.clear();
    state_->wake.notify_all();
    std::vector<std::string> left;
    for (auto& [lane, what] : state_->running) left.push_back(what);
    if (left.empty()) state_->quiet.wait_for(lock, std::chrono::seconds(5), [&] { return state_->threads == 0; });
    return left;
}

}  // namespace deskline::source
