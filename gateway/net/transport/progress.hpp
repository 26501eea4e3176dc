// Whether what waits for a peer goes on leaving, looked at now and then. Thread: one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

namespace deskline::net {

class Progress {
public:
    // `queued`: bytes that wait at this moment. `left`: bytes that have gone out since the beginning. True: something
    // waited at the last look already, and nothing has gone out since.
    bool stuck(std::size_t queued, std::uint64_t left) {
        const bool same = waited_ && queued > 0 && left == left_;
        waited_ = queued > 0;
        left_ = left;
        return same;
    }

private:
    bool waited_ = false;
    std::uint64_t left_ = 0;
};

}  // namespace deskline::net
