#include "host/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <thread>
#include <utility>

#include "host/process_signals.hpp"

namespace deskline::host {
namespace {

constexpr auto lookEvery = std::chrono::seconds(1);

}  // namespace

struct Signals::Listener {
    boost::asio::io_context io{1};
    boost::asio::signal_set set{io, SIGINT, SIGTERM};
    std::thread thread;
};

Signals::Signals() : listener_(std::make_unique<Listener>()) {
    listener_->set.add(furtherSignal);
    releaseSignals();
    listener_->thread = std::thread([this] {
        const std::function<void()> listen = [&] {
            listener_->set.async_wait([&](auto error, int signal) {
                if (error) return;
                {
                    const std::lock_guard lock(mutex_);
                    if (meansReadAgain(signal))
                        again_ = true;
                    else
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

}  // namespace deskline::host
