// Events that cannot be told without asking the switch, which may take two minutes: each waits in a lane, in order,
// and so do later events of its object; all others go on. Thread: any.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "com/com.hpp"

namespace deskline::telephony {

class Details {
public:
    using Work = std::function<void()>;
    using Post = std::function<void(const std::string& lane, Work run)>;  // calls `run` on another thread
    static constexpr std::size_t most = 100'000;                          // works that wait

    explicit Details(Post post) : post_(std::move(post)) {}

    // Does the work: at once, or, where it is slow or an earlier one of the object waits, in the lane. The lane's
    // thread calls `run` with its name. False: as many wait as may, and it is dropped.
    bool inOrder(const std::string& lane, const com::ComPtr<IUnknown>& object, bool slow, Work work);
    void run(const std::string& lane);
    void stop();  // what waits is dropped, and what comes; the works that are being done go on

private:
    struct Waiting {
        com::ComPtr<IUnknown> object;  // held, so that no other gets its address
        Work work;
    };
    struct Lane {
        std::deque<Waiting> waiting;
        bool posted = false;  // a thread is or comes there
    };
    Post post_;
    std::mutex mutex_;
    std::map<std::string, Lane> lanes_;
    std::map<IUnknown*, std::size_t> objects_;  // how many works of each wait, or are done now
    std::size_t count_ = 0;                     // of all
    bool stopped_ = false;
};

}  // namespace deskline::telephony
