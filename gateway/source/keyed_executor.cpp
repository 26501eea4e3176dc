#include "source/keyed_executor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "model/thread_name.hpp"

namespace deskline::source {
namespace {

struct Job {
    std::string owner, what;
    std::function<void()> call;
};

// An owner that has running calls or ready keys.
struct Owner {
    std::deque<std::string> ready;
    std::size_t running = 0;
    std::uint64_t turn = 0;  // when its last call began, in order
};

constexpr auto idleThreadLives = std::chrono::seconds(5);

}  // namespace

struct KeyedExecutor::State {
    std::mutex mutex;
    std::condition_variable wake, quiet;
    std::map<std::string, std::deque<Job>> jobs;  // by key; the front job of a key is running or ready
    std::map<std::string, Owner> owners;
    std::map<std::string, std::string> running;  // key → what
    std::size_t limit = 0, ready = 0, threads = 0, idle = 0;
    std::uint64_t turns = 0;
    bool stopping = false;
    Apartment apartment;

    void makeReady(const std::string& key) {
        owners[jobs.at(key).front().owner].ready.push_back(key);
        ++ready;
    }

    std::string next() {  // the key whose turn it is; one is ready
        const auto before = [](const auto& one, const auto& other) {
            if (one.second.ready.empty() != other.second.ready.empty()) return other.second.ready.empty();
            return std::pair(one.second.running, one.second.turn) < std::pair(other.second.running, other.second.turn);
        };
        auto& owner = std::ranges::min_element(owners, before)->second;
        auto key = std::move(owner.ready.front());
        owner.ready.pop_front();
        --ready;
        ++owner.running;
        owner.turn = ++turns;
        return key;
    }

    void ended(const std::string& key) {
        running.erase(key);
        auto& queue = jobs.at(key);
        const auto owner = owners.find(queue.front().owner);
        --owner->second.running;
        queue.pop_front();
        if (queue.empty())
            jobs.erase(key);
        else {
            makeReady(key);
            wake.notify_one();
        }
        if (owner->second.running == 0 && owner->second.ready.empty()) owners.erase(owner);
    }

    static void work(const std::shared_ptr<State>& state) {
        nameThread("call");
        const auto held = state->apartment ? state->apartment() : nullptr;
        std::unique_lock lock(state->mutex);
        for (;;) {
            ++state->idle;
            const auto due = [&] { return state->stopping || state->ready > 0; };
            const bool woken = state->wake.wait_for(lock, idleThreadLives, due);
            --state->idle;
            if (!woken || state->ready == 0) break;
            const auto key = state->next();
            auto& job = state->jobs.at(key).front();  // stays where it is while it runs
            state->running[key] = job.what;
            lock.unlock();
            try {
                job.call();
            } catch (const std::exception& error) {
                spdlog::error("a source's call failed by exception: {}: {}", job.what, error.what());
            }
            job.call = nullptr;  // what it holds is released outside the lock
            lock.lock();
            state->ended(key);
            if (state->jobs.empty()) state->quiet.notify_all();
        }
        --state->threads;
        state->quiet.notify_all();
    }
};

KeyedExecutor::KeyedExecutor(std::size_t threads, Apartment apartment) : state_(std::make_shared<State>()) {
    state_->limit = threads;
    state_->apartment = std::move(apartment);
}

KeyedExecutor::~KeyedExecutor() { stop(std::chrono::milliseconds(0)); }

void KeyedExecutor::post(const std::string& key, const std::string& owner, std::string what,
                         std::function<void()> call) {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping) return;
    auto& queue = state_->jobs[key];
    queue.push_back({owner, std::move(what), std::move(call)});
    if (queue.size() > 1) return;
    state_->makeReady(key);
    if (state_->ready > state_->idle && state_->threads < state_->limit) {
        std::thread(&State::work, state_).detach();
        ++state_->threads;
    }
    state_->wake.notify_one();
}

std::size_t KeyedExecutor::inFlight() const {
    const std::lock_guard lock(state_->mutex);
    return state_->running.size();
}

std::vector<std::string> KeyedExecutor::stop(std::chrono::milliseconds patience) {
    std::unique_lock lock(state_->mutex);
    state_->quiet.wait_for(lock, patience, [&] { return state_->jobs.empty(); });
    state_->stopping = true;
    for (auto& [name, owner] : state_->owners) owner.ready.clear();
    state_->ready = 0;
    state_->wake.notify_all();
    std::vector<std::string> left;
    for (auto& [key, what] : state_->running) left.push_back(what);
    if (left.empty()) state_->quiet.wait_for(lock, std::chrono::seconds(5), [&] { return state_->threads == 0; });
    return left;
}

}  // namespace deskline::source
