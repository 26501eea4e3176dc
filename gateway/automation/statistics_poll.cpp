#include "automation/statistics_poll.hpp"

namespace deskline::automation {

StatisticsPoll::StatisticsPoll(telephony::Telephony& telephony, std::chrono::seconds interval,
                               std::function<bool()> watched)
    : thread_([this, &telephony, interval, watched = std::move(watched)] {
          std::unique_lock lock(mutex_);
          while (!wake_.wait_for(lock, interval, [this] { return stopping_; }))
              if (watched()) telephony.readStatistics();
      }) {}

StatisticsPoll::~StatisticsPoll() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

}  // namespace deskline::automation
