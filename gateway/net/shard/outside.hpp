// What a connection waits for from outside its shard: the ledger, the switch, the identity provider, a key that is
// being hashed. The answer may come on any thread, once, late or never; the one who gives it holds no part of the
// connection. When the gateway ends, the shard answers instead. Where the answer can never come (the one who had to
// give it failed, for want of memory), the answer is that fault. Thread: the shard's.
#pragma once
#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <functional>
#include <optional>

#include "model/fault.hpp"
#include "net/shard/shard.hpp"

namespace deskline::net {

template <class T>
using AnswerOf = std::function<T(const Fault&)>;  // what is answered where there is only a fault to tell

// The one who had to answer failed: for want of memory, or by a mistake of the gateway's.
inline const Fault unansweredFault{"internal",
                                   "The request could not be answered; there may be no memory for it just now."};

// Room for the one handler that is posted when there may be no memory. Its owner outlives the handler.
struct Room {
    alignas(std::max_align_t) std::byte bytes[128];
};
template <class T>
struct InRoom {  // an allocator
    using value_type = T;
    Room* room;

    explicit InRoom(Room& here) : room(&here) {}
    template <class U>
    InRoom(const InRoom<U>& other) : room(other.room) {}
    T* allocate(std::size_t) {
        static_assert(sizeof(T) <= sizeof(Room) && alignof(T) <= alignof(Room));
        return reinterpret_cast<T*>(room->bytes);
    }
    void deallocate(T*, std::size_t) {}
    template <class U>
    bool operator==(const InRoom<U>& other) const {
        return room == other.room;
    }
};

template <class T, class Handler>
class Wait final : public Open, public std::enable_shared_from_this<Wait<T, Handler>> {
public:
    Wait(Shard& shard, Leaving until, AnswerOf<T> otherwise)
        : shard_(shard), until_(until), otherwise_(std::move(otherwise)) {}

    Shard& shard() { return shard_; }
    void begin(Handler handler) {
        handler_.emplace(std::move(handler));
        self_ = this->shared_from_this();
        shard_.opened(*this);
    }
    void complete(T answer) {
        const auto self = std::exchange(self_, nullptr);
        if (!self) return;  // told already
        this->unlink();
        auto handler = std::move(*handler_);
        handler_.reset();
        handler(std::move(answer));
    }
    void leave(Leaving stage) override {
        if (stage >= until_) otherwise(shuttingDown);
    }
    // Any thread. `fault` lives longer. To be called once: where there is no memory to tell it at once, that is tried
    // again.
    void otherwise(const Fault& fault) noexcept {
        const Fault* none = nullptr;
        if (!why_.compare_exchange_strong(none, &fault)) return;
        boost::asio::post(shard_.io(), boost::asio::bind_allocator(
                                           InRoom<void>(room_), [self = this->shared_from_this()] { self->again(); }));
    }
    void again() override {
        if (!self_) return;  // told already
        std::optional<T> answer;
        try {
            answer.emplace(otherwise_(*why_));
        } catch (const std::bad_alloc&) {
            return shard_.putOff(*this);
        }
        complete(std::move(*answer));
    }

private:
    Shard& shard_;
    const Leaving until_;
    const AnswerOf<T> otherwise_;
    std::optional<Handler> handler_;
    std::shared_ptr<Wait> self_;  // until it is told
    std::atomic<const Fault*> why_ = nullptr;
    Room room_;
};

// Held by those who have to answer. When the last of them lets go of it without an answer, none will come, and the wait
// is told so.
template <class T, class Handler>
class Answering {
public:
    explicit Answering(const std::shared_ptr<Wait<T, Handler>>& wait) : wait_(wait), io_(wait->shard().io()) {}
    ~Answering() {
        if (given_) return;
        // Else it was told by the shard, which may be gone by now.
        if (const auto wait = wait_.lock()) wait->otherwise(unansweredFault);
    }
    Answering(const Answering&) = delete;
    Answering& operator=(const Answering&) = delete;

    void give(T answer) {
        boost::asio::post(io_, [wait = wait_, answer = std::move(answer)]() mutable {
            if (const auto still = wait.lock()) still->complete(std::move(answer));
        });
        given_ = true;
    }

private:
    const std::weak_ptr<Wait<T, Handler>> wait_;
    boost::asio::io_context& io_;
    bool given_ = false;
};

// `begin` is called with a function that takes the answer. `handler` gets it on the shard's thread; from the stage
// `until` on, and where no answer can come, what `otherwise` makes of the fault. Once the handler is taken it does not
// throw: the handler is told of the failure.
template <class T, class Handler, class Begin>
void askOutside(const std::shared_ptr<Wait<T, Handler>>& wait, Leaving until, Begin&& begin, Handler handler) {
    auto& shard = wait->shard();
    wait->begin(std::move(handler));
    if (shard.leaving() >= until) return wait->leave(shard.leaving());
    try {
        begin([answering = std::make_shared<Answering<T, Handler>>(wait)](T answer) {
            answering->give(std::move(answer));
        });
    } catch (const std::exception&) {
        wait->otherwise(unansweredFault);
    }
}

template <class T, class Begin, class Handler>
void askOutside(Shard& shard, Leaving until, AnswerOf<T> otherwise, Begin&& begin, Handler&& handler) {
    using Waiting = Wait<T, std::decay_t<Handler>>;
    askOutside(std::make_shared<Waiting>(shard, until, std::move(otherwise)), until, begin,
               std::decay_t<Handler>(std::forward<Handler>(handler)));
}

template <class T, class Begin>
boost::asio::awaitable<T> fromOutside(Shard& shard, Leaving until, AnswerOf<T> otherwise, Begin begin) {
    co_return co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void(T)>(
        [&shard, until](auto handler, AnswerOf<T> last, Begin start) {
            askOutside<T>(shard, until, std::move(last), std::move(start), std::move(handler));
        },
        boost::asio::use_awaitable, std::move(otherwise), std::move(begin));
}

}  // namespace deskline::net
