// Reads the switch's statistics at intervals while somebody looks: no event of TAPI tells that one has changed, and
// each reading may be a round trip to the switch. Thread: its own; made and ended by the application.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "model/time.hpp"
#include "telephony/telephony.hpp"

namespace deskline::automation {

// When a caller last read a list or an object with statistics in it. Thread: any.
class Interest {
public:
    void shown() { last_ = milliseconds(now()); }
    bool lasts() const { return milliseconds(now()) - last_ < lasting; }

private:
    static constexpr std::int64_t lasting = 60'000;  // milliseconds
    std::atomic<std::int64_t> last_{0};              // milliseconds since 1970
};

class StatisticsPoll {
public:
    // `watched`: whether anybody looks; asked on the poll's thread.
    StatisticsPoll(telephony::Telephony& telephony, std::chrono::seconds interval, std::function<bool()> watched);
    ~StatisticsPoll();

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace deskline::automation
