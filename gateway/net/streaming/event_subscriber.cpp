#include "net/streaming/event_subscriber.hpp"

#include <algorithm>

#include "model/seconds.hpp"
#include "net/http/api_call.hpp"

namespace deskline::net {

EventSubscriber::EventSubscriber(std::shared_ptr<TlsConnection> connection, Shard& shard, ServerContext& context,
                                 Whose whose, std::optional<identity::Identity> identity)
    : connection_(std::move(connection)),
      shard_(shard),
      context_(context),
      whose_(std::move(whose)),
      identity_(std::move(identity)) {
    ++context_.streams;
    shard_.opened(*this);
    setAudioRate(defaultAudioRate);
}

EventSubscriber::~EventSubscriber() {
    --context_.streams;
    context_.api.streams.closed(whose_.id);
    watchMeters(false);
    context_.api.presence.left(present_);
}

bool EventSubscriber::seat(const identity::Identity& whose) {
    const auto account = whose.account();
    if (place_ && place_->account() == account) return true;
    auto place = context_.streamPlaces.take(account);
    if (!place) {
        ++context_.refusedStreams;
        return false;
    }
    place_ = std::move(place);
    return true;
}

void EventSubscriber::setAudioRate(double perSecond) {
    conflator_.setInterval(std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1.0 / std::clamp(perSecond, 1.0, highestAudioRate))));
}

bool EventSubscriber::expired() const {
    if (!identity_) return false;
    if (identity_->proof == identity::Proof::certificate && connection_->certificateEnded()) return true;
    return identity_->expires && later(identity_->expires, 60) < secondsNow();
}

void EventSubscriber::takeOver(int firstTick) {
    connection_->expireIn(0);
    connection_->setListener(weak_from_this());
    connection_->limit(context_.queueLimit);
    connection_->tickIn(firstTick);
}

void EventSubscriber::onFull() {
    thread_.check();
    ++context_.slowClients;
    end();
    tooSlow();
}

bool EventSubscriber::stuck() {
    const bool is = progress_.stuck(connection_->queued(), connection_->sentBytes());
    if (is) onFull();
    return is;
}

void EventSubscriber::end() {
    thread_.check();
    if (joined_) shard_.leave(joinedAs_, this);
    joined_ = beginning_ = again_ = hurried_ = false;
    putOff_ = nullptr;
    ++attaching_;
    conflator_.clear();
    holding_ = false;
}

void EventSubscriber::unread() noexcept {
    if (shard_.io().stopped()) return;  // it is taken apart itself
    try {
        end();
        if (!connection_->closing()) connection_->close();
    } catch (const std::bad_alloc&) {
        lost();
    }
}

void EventSubscriber::lost() noexcept {
    lost_ = true;
    connection_->cut();
}

void EventSubscriber::listen(events::Subscription subscription, std::string cursor, By by) {
    thread_.check();
    subscription_ = std::move(subscription);
    context_.api.interest.shown();
    hurried_ = hurried_ || by == By::gateway;
    if (beginning_ && !putOff_)
        again_ = true;
    else
        beginInTime(std::move(cursor));
}

void EventSubscriber::beginInTime(std::string cursor) {
    const auto in = beginnings_.wait(Clock::now());
    if (std::exchange(hurried_, false) || in == Clock::duration::zero()) return begin(std::move(cursor));
    beginning_ = true;  // what the caller may not see any more is not given to it meanwhile
    if (putOff_) return;
    putOff_ = laterOn(shard_.io())(std::chrono::ceil<std::chrono::milliseconds>(in),
                                   [weak = weak_from_this(), which = attaching_, cursor = std::move(cursor)] {
                                       const auto self = weak.lock();
                                       if (!self || !self->putOff_ || self->attaching_ != which) return;
                                       try {
                                           self->begin(cursor);
                                       } catch (const std::bad_alloc&) {
                                           self->lost();
                                       }
                                   });
}

void EventSubscriber::begin(std::string cursor) {
    beginnings_.takeInAdvance(Clock::now());
    attach(std::move(cursor));
}

// Of one beginning there may be many pages.
void EventSubscriber::attach(std::string cursor) {
    beginning_ = true;
    putOff_ = nullptr;
    context_.api.ledger.attach(
        shard_.number(), subscription_, std::move(cursor),
        [weak = weak_from_this(), which = ++attaching_, asked = subscription_](const events::SubscriptionStart& start) {
            const auto self = weak.lock();
            if (!self || self->attaching_ != which) return;
            if (start.failed) return self->lost();
            try {
                self->attached(start, asked);
            } catch (const std::bad_alloc&) {
                self->lost();
            }
        },
        weak_from_this());
}

void EventSubscriber::attached(const events::SubscriptionStart& start, const events::Subscription& asked) {
    thread_.check();
    reauthenticate();  // keys and revocations may have changed since it came
    if (connection_->closing() || !beginning_) return;
    if (!(asked.visibility == subscription_.visibility)) {  // this is not what the caller may see by now
        again_ = false;
        return beginInTime("");
    }
    connection_->sendUncounted([&] { sendBeginning(start, asked); });
    const auto onDrained = [&](auto then) {
        connection_->onDrained([weak = weak_from_this(), which = attaching_, then](error_code error) {
            if (const auto self = weak.lock(); self && !error && self->attaching_ == which) then(*self);
        });
    };
    if (start.more) {  // it is far behind: the next page when this one is out
        onDrained([cursor = start.cursor](EventSubscriber& self) { self.attach(cursor); });
        return connection_->flush();
    }
    if (std::exchange(joined_, false)) shard_.leave(joinedAs_, this);
    joinedAs_ = asked;  // before: whoever has joined must be able to leave
    shard_.join(joinedAs_, shared_from_this());
    joined_ = true;
    watchMeters(asked.hears(Kind::audio_meter));
    onDrained([](EventSubscriber& self) { self.begun(); });
    connection_->flush();
}

void EventSubscriber::sendBeginning(const events::SubscriptionStart& start, const events::Subscription& asked) {
    if (!std::exchange(greeted_, true)) {
        present();
        showItself();
        sendWelcome(start);
    }
    if (!start.reset.empty()) sendReset(start.reset);
    if (start.snapshot) {
        conflator_.clear();  // it has what was held
        sendSnapshot(start.snapshot, start.cursor);
    }
    for (const auto& frame : start.missed)
        if (asked.matches(*frame)) put(frame);
}

void EventSubscriber::begun() {
    beginning_ = false;
    if (std::exchange(again_, false)) beginInTime("");
}

void EventSubscriber::present() {
    present_ = identity_->agents;
    context_.api.presence.arrived(present_);
}

void EventSubscriber::showItself() {
    context_.api.streams.opened({.id = whose_.id,
                                 .kind = whose_.kind,
                                 .subject = identity_->subject,
                                 .role = std::string(name(identity_->role)),
                                 .address = whose_.address,
                                 .since = now()});
}

void EventSubscriber::watchMeters(bool watch) {
    if (watch == metering_) return;
    metering_ = watch;
    watch ? context_.meters.come() : context_.meters.go();
}

void EventSubscriber::reauthenticate() {
    thread_.check();
    if (!identity_ || connection_->closing()) return;
    if (identity_->proof == identity::Proof::certificate && !connection_->certificateHolds(context_.tls.load().get()))
        return revoked();
    auto is = context_.api.authenticator.current(*identity_, now());
    if (!is) return revoked();
    identity_ = std::move(*is);
    applyIdentity(By::gateway);
}

void EventSubscriber::leave(Leaving stage) {
    if (stage == Leaving::begins) goAway();
    if (stage == Leaving::now) connection_->close();
}

void EventSubscriber::applyIdentity(By by) {
    if (greeted_ && present_ != identity_->agents) {
        context_.api.presence.arrived(identity_->agents);
        context_.api.presence.left(std::exchange(present_, identity_->agents));
    }
    auto subscription = subscription_;
    subscription.visibility = context_.api.policy.visibility(*identity_);
    if (subscription.visibility == subscription_.visibility) return;
    conflator_.clear();  // of what it may not see any more nothing is held
    holding_ = false;
    listen(std::move(subscription), "", by);  // a fresh snapshot: what it may not see is not in it
}

bool EventSubscriber::deliver(const events::FramePtr& frame) {
    thread_.check();
    if (lost_ || connection_->closing()) return false;
    if (beginning_ && !subscription_.sees(frame->kind, frame->ownership)) return false;  // it may see less by now
    if (frame->delivery == events::Delivery::latest && conflate(frame)) return false;
    releaseAll();  // the order of the cursors is kept: a client that resumes has missed nothing before its cursor
    put(frame);
    return !std::exchange(touched_, true);
}

void EventSubscriber::flush() {
    thread_.check();
    touched_ = false;
    connection_->flush();
}

bool EventSubscriber::conflate(const events::FramePtr& frame) {
    const bool free = !holding_ && connection_->queued() == 0;  // what is held goes first, and not before its time
    if (conflator_.passes(frame, Clock::now(), free)) return false;
    if (!holding_) {
        holding_ = true;
        shard_.hold(shared_from_this());
    }
    return true;
}

bool EventSubscriber::releaseHeld() {
    thread_.check();
    const auto time = Clock::now();
    bool any = false;
    while (connection_->queued() == 0) {
        const auto frame = conflator_.takeDue(time);
        if (!frame) break;
        put(frame);
        any = true;
    }
    if (any) shard_.touch(shared_from_this());
    holding_ = conflator_.holds();
    return holding_;
}

void EventSubscriber::releaseAll() {
    if (!holding_) return;
    for (const auto& frame : conflator_.takeAll(Clock::now())) put(frame);
}

}  // namespace deskline::net
