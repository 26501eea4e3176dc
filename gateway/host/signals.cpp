#include "host/signals.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <thread>
#include <utility>

namespace deskline::host {
namespace {

constexpr auto lookEvery = std::chrono::seconds(1);
constexpr auto lookForHurry = std::chrono::milliseconds(20);

#ifndef _WIN32
sigset_t ours() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int one : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, one);
    return signals;
}
#endif

}  // namespace

void holdSignals() {
#ifndef _WIN32
    const auto signals = ours();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
#endif
}

struct Signals::Listener {
    boost::asio::io_context io{1};
    boost::asio::signal_set set{io, SIGINT, SIGTERM};
    std::thread thread;
};

Signals::Signals() : listener_(std::make_unique<Listener>()) {
#ifdef _WIN32
    listener_->set.add(SIGBREAK);
#else
    std::signal(SIGPIPE, SIG_IGN);  // a client that is gone is an error of its connection, not of the process
    listener_->set.add(SIGHUP);
    const auto signals = ours();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
#endif
    listener_->thread = std::thread([this] {
        const std::function<void()> listen = [&] {
            listener_->set.async_wait([&](auto error, [[maybe_unused]] int signal) {
                if (error) return;
                {
                    const std::lock_guard lock(mutex_);
#ifndef _WIN32
                    if (signal == SIGHUP)
                        again_ = true;
                    else
#endif
                        ++asked_;
                }
                heard_.notify_all();
                listen();
            });
        };
        listen();
        listener_->io.run();
    });
}

Signals::~Signals() {
    listener_->io.stop();
    listener_->thread.join();
}

void Signals::wait(const std::function<bool(bool anyway)>& look) {
    std::unique_lock lock(mutex_);
    while (asked_ == 0) {
        const bool anyway = std::exchange(again_, false);
        lock.unlock();
        if (!look(anyway)) return;
        lock.lock();
        heard_.wait_for(lock, lookEvery, [this] { return asked_ > 0 || again_; });
    }
}

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

}  // namespace deskline::host
