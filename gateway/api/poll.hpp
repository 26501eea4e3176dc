// Reads the switch's figures while somebody looks: no event of TAPI's says that one changed, and each reading may be a round trip.
// Thread: its own; made and ended by main.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "api/gateway.hpp"

namespace deskline::api {

class FiguresPoll {
public:
    // `watched`: whether a stream is open, which counts as looking.
    FiguresPoll(Gateway& gateway, std::chrono::seconds interval, std::function<bool()> watched);
    ~FiguresPoll();

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace deskline::api
