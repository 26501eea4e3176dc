// One thread with its own io_context: a connection is born on a shard and dies there, nothing in it is locked. The
// shard takes what the ledger has put into its inbox, gives each frame to the connections whose subscription matches
// (they are indexed by subscription, not asked one by one), and then visits each touched connection once to send all
// that has gathered for it. Thread: its own, unless said otherwise.
#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <thread>
#include <unordered_set>
#include <vector>

#include "events/hub.hpp"
#include "events/subscription.hpp"
#include "model/thread_checker.hpp"
#include "net/shard/frame_encodings.hpp"
#include "net/shard/leaving.hpp"
#include "net/transport/timer_wheel.hpp"

namespace deskline::net {

class Subscriber {
public:
    virtual ~Subscriber() = default;
    virtual bool deliver(const events::FramePtr& frame) = 0;  // queues; true: it is to be visited
    virtual void flush() = 0;
    virtual bool releaseHeld() = 0;     // conflated frames that are due; true: more are held
    virtual void reauthenticate() = 0;  // who it is: keys or revocations have changed
    virtual void lost() noexcept = 0;   // an event could not be given to it: it has to come back, and resumes
};

class Shard {
public:
    explicit Shard(events::Hub& hub);
    ~Shard();

    void start();
    void stop();  // any thread; waits for the thread's end
    boost::asio::io_context& io() { return io_; }
    std::size_t number() const { return number_; }
    TimerWheel& wheel() { return wheel_; }
    FrameEncodings& encodings() { return encodings_; }
    // Latest-wins events that the shard's streams replaced by later ones. Read by any thread.
    std::atomic<std::uint64_t>& mergedEvents() { return mergedEvents_; }

    void join(const events::Subscription& subscription, const std::shared_ptr<Subscriber>& subscriber);
    void leave(const events::Subscription& subscription, Subscriber* subscriber);
    void touch(const std::shared_ptr<Subscriber>& subscriber);
    void hold(const std::shared_ptr<Subscriber>& subscriber);  // has conflated frames that are not due yet
    void reauthenticate();

    void opened(Open& open) {  // until it is destroyed
        checker_.check();
        open_.push_back(open);
    }
    // Calls `again` on it when the wheel turns next: there was no memory for something. Takes no memory itself. It is
    // not told to leave any more, since it is about to be over.
    void putOff(Open& open) noexcept {
        open.unlink();
        putOff_.push_back(open);
    }
    void leave(Leaving stage);                  // tells all that is open
    Leaving leaving() const { return stage_; }  // the stage that was told last

private:
    void drain();
    void give(const events::FramePtr& frame);
    void pass();
    void turn(int left);
    void schedulePass() noexcept;
    void turnWheel();
    void tryAgain();
    void releaseHeld();

    struct Audience {
        std::vector<std::shared_ptr<Subscriber>> members;
    };

    boost::asio::io_context io_{1};
    events::Inbox* inbox_ = nullptr;
    std::size_t number_ = 0;
    TimerWheel wheel_;
    FrameEncodings encodings_;
    std::atomic<std::uint64_t> mergedEvents_{0};
    boost::asio::steady_timer wheelTimer_{io_}, holdTimer_{io_}, gatherTimer_{io_};
    std::map<events::Subscription, Audience> audiences_;
    std::deque<std::shared_ptr<Subscriber>> touched_;
    std::vector<std::weak_ptr<Subscriber>> held_;
    std::size_t passLength_ = 0;
    bool passing_ = false, holding_ = false, delivering_ = false, turning_ = false;
    std::vector<std::pair<events::Subscription, Subscriber*>> leaving_;  // left while a frame was being given out
    OpenThings open_, putOff_;
    Leaving stage_ = Leaving::not_yet;
    [[no_unique_address]] ThreadChecker checker_;
    std::thread thread_;
};
// They are made before, and destroyed after, everything that may have something to tell them.
using Shards = std::vector<std::unique_ptr<Shard>>;
Shards makeShards(events::Hub& hub, std::size_t count);

}  // namespace deskline::net
