// A connection that hears events, as a WebSocket or as an event stream: its subscription, what it starts with, the
// merging of what is latest-wins, and what happens at the limit of what may be queued for it (the connection counts).
// How a frame looks on the wire is the derived class's. Thread: the shard's.
#pragma once
#include <optional>

#include "api/request.hpp"
#include "model/thread_checker.hpp"
#include "model/token_bucket.hpp"
#include "net/http/context.hpp"
#include "net/shard/frame_encodings.hpp"
#include "net/shard/shard.hpp"
#include "net/streaming/conflator.hpp"
#include "net/transport/progress.hpp"
#include "net/transport/tls_connection.hpp"

namespace deskline::net {

inline constexpr double beginningsPerSecond = 1;
inline constexpr double beginningsAtOnce = 4;                          // a page that has come up turns this and that on
inline constexpr double defaultAudioRate = 20, highestAudioRate = 60;  // frames a second for one object

class EventSubscriber : public Subscriber,
                        public ConnectionListener,
                        public Open,
                        public std::enable_shared_from_this<EventSubscriber> {
public:
    ~EventSubscriber() override;

    bool deliver(const events::FramePtr& frame) final;
    void flush() final;
    bool releaseHeld() final;
    void reauthenticate() final;
    void lost() noexcept final;
    void leave(Leaving stage) final;
    void onFull() final;  // the client is too slow

protected:
    // `address`: of the caller, as proxies tell it. `kind` and `id`: what administrators are shown.
    struct Whose {
        api::StreamKind kind;
        std::string id, address;
    };
    EventSubscriber(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context, Whose whose,
                    std::optional<identity::Identity> identity);

    // A place among the streams of that account, instead of the one it has; false: there is none left. Held until the
    // stream is destroyed.
    bool seat(const identity::Identity& whose);

    // Held by the coroutine that reads what the client says. When that ends, also where Asio destroys it for want of
    // memory, the connection ends with it: nothing else would notice.
    class Reader {
    public:
        explicit Reader(EventSubscriber& subscriber) : subscriber_(subscriber) {}
        ~Reader() { subscriber_.unread(); }
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;

    private:
        EventSubscriber& subscriber_;
    };

    // The connection is this stream's from now on: it ticks, first in so many seconds, and has the limit of a stream.
    void takeOver(int firstTick);
    // Hears the subscription from now on; before the next event goes a snapshot, or what was missed after `cursor`. One
    // such beginning is on its way at a time. A client may begin `beginningsPerSecond` times a second, and
    // `beginningsAtOnce` times at once after a pause: all that it asks for meanwhile is begun together, with a
    // snapshot, when it is time. By the gateway, where keys or revocations have changed rights: waits for nothing but
    // the beginning on its way.
    enum class By { client, gateway };
    void listen(events::Subscription subscription, std::string cursor, By by = By::client);
    void setAudioRate(double perSecond);
    // Asked at each heartbeat. True: nothing of what waits has gone out since the last one, so the client is too slow
    // and the stream ends.
    bool stuck();
    void end();
    void applyIdentity(By by = By::client);  // to who the caller is now: hears what it may hear now
    bool greeted() const { return greeted_; }
    bool expired() const;  // the caller's token, with 60 s of leeway, or its certificate

    virtual void sendWelcome(const events::SubscriptionStart&) {}  // before the first
    virtual void sendReset(const std::string& reason) = 0;  // it cannot be resumed from there; a snapshot follows
    virtual void sendSnapshot(const Bytes& text, const std::string& cursor) = 0;
    virtual void put(const events::FramePtr& frame) = 0;  // into the connection's queue, in its form
    virtual void tooSlow() = 0;
    virtual void goAway() = 0;   // the gateway ends
    virtual void revoked() = 0;  // the caller is nobody any more

    std::shared_ptr<TlsConnection> connection_;
    Shard& shard_;
    ServerContext& context_;
    const Whose whose_;
    std::optional<identity::Identity> identity_;
    events::Subscription subscription_;
    std::optional<Shares::Share> place_;

private:
    using Clock = Conflator::Clock;

    void unread() noexcept;
    void beginInTime(std::string cursor);
    void begin(std::string cursor);
    void attach(std::string cursor);
    void attached(const events::SubscriptionStart& start, const events::Subscription& asked);
    void sendBeginning(const events::SubscriptionStart& start, const events::Subscription& asked);
    void begun();
    bool conflate(const events::FramePtr& frame);
    void releaseAll();
    void watchMeters(bool watch);
    void present();
    void showItself();

    [[no_unique_address]] ThreadChecker thread_;
    events::Subscription joinedAs_;
    Progress progress_;
    Conflator conflator_{shard_.mergedEvents()};  // at most `audioRate` frames a second for one object
    std::uint64_t attaching_ = 0;                 // the start that counts; one asked for before is void
    bool beginning_ = false, again_ = false;      // a beginning is on its way, or put off; another is wanted after it
    bool hurried_ = false;                        // the next one waits for no time
    TokenBucket beginnings_{beginningsAtOnce, beginningsPerSecond, Clock::now()};
    api::Timer putOff_;  // until it is time
    bool lost_ = false, greeted_ = false, joined_ = false, touched_ = false, holding_ = false, metering_ = false;
    std::set<AgentId> present_;  // the agents whose stream this is
};

}  // namespace deskline::net
