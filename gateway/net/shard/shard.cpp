#include "net/shard/shard.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "model/thread_name.hpp"

namespace deskline::net {
namespace {

// Between two slices of a pass the shard reads requests and takes new events, which then leave in the same pass. A
// request needs a few turns of the loop (read, ledger, answer), so the loop turns a few times: a burst then gathers
// instead of queueing behind its own delivery.
constexpr std::size_t slice = 64;
constexpr int turns = 3;
constexpr std::size_t longPass = 256;  // connections; a pass this long waits for more before it begins
constexpr auto gatherFor = std::chrono::microseconds(500);
constexpr auto holdGrain = std::chrono::milliseconds(10);

}  // namespace

Shard::Shard(events::Hub& hub) {
    number_ = hub.add([this] { boost::asio::post(io_, [this] { drain(); }); });
    inbox_ = &hub.inbox(number_);
}

Shard::~Shard() { stop(); }

void Shard::start() {
    thread_ = std::thread([this] {
        nameThread("shard");
        const auto busy = boost::asio::make_work_guard(io_);
        for (;;) try {
                if (!turning_) turnWheel();
                io_.run();
                return;
            } catch (const std::exception& error) {
                spdlog::error("a connection failed by exception: {}", error.what());
            }
    });
}

void Shard::stop() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
    audiences_.clear();
    touched_.clear();
}

void Shard::turnWheel() {
    wheelTimer_.expires_after(std::chrono::seconds(1));
    wheelTimer_.async_wait([this](auto error) {
        turning_ = false;
        if (error) return;
        wheel_.turn();
        schedulePass();  // where there was no memory for it
        tryAgain();
        turnWheel();
    });
    turning_ = true;
}

void Shard::tryAgain() {
    OpenThings due;
    due.swap(putOff_);
    while (!due.empty()) {
        auto& one = due.front();
        putOff(one);  // first: after that it may be gone
        try {
            one.again();
        } catch (const std::bad_alloc&) {  // of what it woke; the others are tried all the same
        }
    }
}

void Shard::join(const events::Subscription& subscription, const std::shared_ptr<Subscriber>& subscriber) {
    checker_.check();
    audiences_[subscription].members.push_back(subscriber);
}

void Shard::leave(const events::Subscription& subscription, Subscriber* subscriber) {
    checker_.check();
    if (delivering_) {  // a frame too many made it leave: the lists are being walked
        leaving_.emplace_back(subscription, subscriber);
        return;
    }
    const auto found = audiences_.find(subscription);
    if (found == audiences_.end()) return;
    auto& members = found->second.members;
    const auto member = std::ranges::find_if(members, [&](auto& m) { return m.get() == subscriber; });
    if (member == members.end()) return;
    *member = std::move(members.back());
    members.pop_back();
    if (members.empty()) audiences_.erase(found);
}

void Shard::drain() {
    checker_.check();
    for (auto& item : inbox_->drain()) try {
            if (auto* work = std::get_if<events::Work>(&item))
                (*work)();
            else
                give(std::get<events::FramePtr>(item));
        } catch (const std::bad_alloc&) {  // its subscribers are cut off, and come back for it
            delivering_ = false;
            for (auto& [subscription, audience] : audiences_)
                for (auto& member : audience.members) member->lost();
        }
    schedulePass();
}

void Shard::give(const events::FramePtr& frame) {
    delivering_ = true;
    for (auto& [subscription, audience] : audiences_) {
        if (!subscription.matches(*frame)) continue;
        for (auto& member : audience.members) try {
                if (member->deliver(frame)) touched_.push_back(member);
            } catch (const std::bad_alloc&) {
                member->lost();
            }
    }
    delivering_ = false;
    for (const auto& [subscription, subscriber] : std::exchange(leaving_, {})) leave(subscription, subscriber);
}

void Shard::touch(const std::shared_ptr<Subscriber>& subscriber) {
    checker_.check();
    touched_.push_back(subscriber);
    schedulePass();
}

// Where there is no memory for it, the wheel comes by within a second.
void Shard::schedulePass() noexcept try {
    if (passing_ || touched_.empty()) return;
    passing_ = true;
    if (touched_.size() < longPass || passLength_ < longPass) {
        passLength_ = touched_.size();
        boost::asio::post(io_, [this] { pass(); });
        return;
    }
    passLength_ = touched_.size();
    gatherTimer_.expires_after(gatherFor);
    gatherTimer_.async_wait([this](auto) { pass(); });
} catch (const std::bad_alloc&) {
    passing_ = false;
}

void Shard::turn(int left) {
    boost::asio::post(io_, [this, left] {
        if (left <= 1) return pass();
        passing_ = false;  // until there is a next turn
        turn(left - 1);
        passing_ = true;
    });
}

void Shard::pass() {
    for (std::size_t i = 0; i < slice && !touched_.empty(); ++i) {
        const auto next = std::move(touched_.front());
        touched_.pop_front();
        try {
            next->flush();
        } catch (const std::bad_alloc&) {
            next->lost();
        }
    }
    passing_ = false;
    if (touched_.empty()) return;
    turn(turns);
    passing_ = true;
}

void Shard::hold(const std::shared_ptr<Subscriber>& subscriber) {
    checker_.check();
    held_.push_back(subscriber);
    if (holding_) return;
    holdTimer_.expires_after(holdGrain);
    holdTimer_.async_wait([this](auto error) {
        holding_ = false;
        if (!error) releaseHeld();
    });
    holding_ = true;
}

void Shard::releaseHeld() {
    for (auto& weak : std::exchange(held_, {}))
        if (const auto subscriber = weak.lock()) try {
                if (subscriber->releaseHeld()) hold(subscriber);
            } catch (const std::bad_alloc&) {
                subscriber->lost();
            }
}

// Where there is no memory to ask the subscribers who they are, all are cut off and asked when they come back: nobody
// keeps revoked rights for want of memory.
void Shard::reauthenticate() {
    checker_.check();
    std::vector<std::shared_ptr<Subscriber>> all;
    try {
        for (auto& [subscription, audience] : audiences_)
            all.insert(all.end(), audience.members.begin(), audience.members.end());
    } catch (const std::bad_alloc&) {
        for (auto& [subscription, audience] : audiences_)
            for (auto& member : audience.members) member->lost();
        return;
    }
    for (auto& subscriber : all) try {
            subscriber->reauthenticate();
        } catch (const std::bad_alloc&) {
            subscriber->lost();
        }
}

void Shard::leave(Leaving stage) {
    checker_.check();
    stage_ = stage;
    OpenThings all;
    all.swap(open_);
    while (!all.empty()) {
        auto& one = all.front();
        all.pop_front();
        open_.push_back(one);
        try {
            one.leave(stage);
        } catch (const std::bad_alloc&) {  // it is told of the next stage
        }
    }
}

Shards makeShards(events::Hub& hub, std::size_t count) {
    Shards shards;
    while (shards.size() < std::max<std::size_t>(count, 1)) shards.push_back(std::make_unique<Shard>(hub));
    return shards;
}

}  // namespace deskline::net
