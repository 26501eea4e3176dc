#include "api/poll.hpp"

namespace deskline::api {
namespace {

constexpr std::int64_t interestLasts = 60'000;  // milliseconds since a list or an object was read

}  // namespace

FiguresPoll::FiguresPoll(Gateway& gateway, std::chrono::seconds interval, std::function<bool()> watched)
    : thread_([this, &gateway, interval, watched = std::move(watched)] {
          std::unique_lock lock(mutex_);
          while (!wake_.wait_for(lock, interval, [this] { return stopping_; })) {
              const auto since = milliseconds(now()) - gateway.lastInterest;
              if (gateway.telephony && (since < interestLasts || watched())) gateway.telephony->readFigures();
          }
      }) {}

FiguresPoll::~FiguresPoll() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

}  // namespace deskline::api
