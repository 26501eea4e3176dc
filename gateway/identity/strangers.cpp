#include "identity/strangers.hpp"

namespace deskline::identity {

bool Strangers::Minute::take(int most, Clock::time_point time) {
    if (time - since >= std::chrono::minutes(1)) *this = {time, 0};
    if (entries >= most) return false;
    ++entries;
    return true;
}

bool Strangers::mayBeWritten(Shown what, const std::string& address, Clock::time_point time) {
    const std::lock_guard lock(mutex_);
    return addresses_.at(std::to_string(static_cast<int>(what)) + " " + address).take(ofAddress, time) &&
           all_[what].take(inAll, time);
}

}  // namespace deskline::identity
