// What a connection waits for from outside its shard: the ledger, the switch, the identity provider, a key that is being hashed. The answer
// may come on any thread, once, late or never; whoever has to give it holds no part of the connection. At the end the shard answers instead.
// Thread: the shard's.
#pragma once
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "net/shard.hpp"

namespace deskline::net {

template <class T, class Handler>
class Wait final : public Open, public std::enable_shared_from_this<Wait<T, Handler>> {
public:
    Wait(Shard& shard, Leaving until, T atTheEnd, Handler handler)
        : shard_(shard), until_(until), atTheEnd_(std::move(atTheEnd)), handler_(std::move(handler)) {}

    void begin() {
        self_ = this->shared_from_this();
        shard_.opened(*this);
    }
    void tell(T answer) {
        const auto self = std::exchange(self_, nullptr);
        if (!self) return;  // told already
        this->unlink();
        auto handler = std::move(*handler_);
        handler_.reset();
        handler(std::move(answer));
    }
    void leave(Leaving stage) override {
        if (stage < until_) return;
        boost::asio::post(shard_.io(), [self = this->shared_from_this()] { self->tell(std::move(self->atTheEnd_)); });
    }

private:
    Shard& shard_;
    const Leaving until_;
    T atTheEnd_;
    std::optional<Handler> handler_;
    std::shared_ptr<Wait> self_;  // until it is told
};

// `begin` is called with a function that takes the answer. `handler` gets it on the shard's thread; from the stage `until` on, `atTheEnd`.
template <class T, class Begin, class Handler>
void askOutside(Shard& shard, Leaving until, T atTheEnd, Begin&& begin, Handler&& handler) {
    const auto wait = std::make_shared<Wait<T, std::decay_t<Handler>>>(shard, until, std::move(atTheEnd), std::forward<Handler>(handler));
    wait->begin();
    if (shard.leaving() >= until) return wait->leave(shard.leaving());
    begin([weak = std::weak_ptr(wait), &io = shard.io()](T answer) {
        boost::asio::post(io, [weak, answer = std::move(answer)]() mutable {
            if (const auto still = weak.lock()) still->tell(std::move(answer));
        });
    });
}

template <class T, class Begin>
boost::asio::awaitable<T> fromOutside(Shard& shard, Leaving until, T atTheEnd, Begin begin) {
    co_return co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void(T)>(
        [&shard, until](auto handler, T last, Begin start) { askOutside(shard, until, std::move(last), std::move(start), std::move(handler)); },
        boost::asio::use_awaitable, std::move(atTheEnd), std::move(begin));
}

}  // namespace deskline::net
