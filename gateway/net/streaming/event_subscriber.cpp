#include "net/streaming/event_subscriber.hpp"

#include <algorithm>

#include "model/seconds.hpp"
#include "net/http/api_call.hpp"

namespace deskline::net {

Outlet::Outlet(std::shared_ptr<Channel> channel, Shard& shard, Site& site, Whose whose,
               std::optional<identity::Identity> identity)
    : channel_(std::move(channel)),
      shard_(shard),
      site_(site),
      whose_(std::move(whose)),
      identity_(std::move(identity)) {
    ++site_.streams;
    shard_.opened(*this);
    setAudioRate(defaultAudioRate);
}

Outlet::~Outlet() {
    --site_.streams;
    site_.api.streams.closed(whose_.id);
    watchMeters(false);
    site_.api.presence.left(present_);
}

bool Outlet::seat(const identity::Identity& whose) {
    const auto account = whose.account();
    if (place_ && place_->account() == account) return true;
    auto place = site_.streamPlaces.take(account);
    if (!place) {
        ++site_.refusedStreams;
        return false;
    }
    place_ = std::move(place);
    return true;
}

void Outlet::setAudioRate(double perSecond) {
    conflator_.setInterval(std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1.0 / std::clamp(perSecond, 1.0, highestAudioRate))));
}

bool Outlet::expired() const {
    if (!identity_) return false;
    if (identity_->proof == identity::Proof::certificate && channel_->certificateEnded()) return true;
    return identity_->expires && later(identity_->expires, 60) < secondsNow();
}

void Outlet::limitQueue() {
    channel_->limit(site_.queueLimit, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->beTooSlow();
    });
}

void Outlet::beTooSlow() {
    ++site_.slowClients;
    end();
    tooSlow();
}

bool Outlet::stuck() {
    const bool is = progress_.stuck(channel_->queued(), channel_->sentBytes());
    if (is) beTooSlow();
    return is;
}

void Outlet::end() {
    if (joined_) shard_.leave(joinedAs_, this);
    joined_ = beginning_ = again_ = hurried_ = false;
    putOff_ = nullptr;
    ++attaching_;
    conflator_.clear();
    holding_ = false;
}

void Outlet::unread() noexcept {
    if (shard_.io().stopped()) return;  // it is taken apart itself
    try {
        end();
        if (!channel_->closing()) channel_->close();
    } catch (const std::bad_alloc&) {
        lost();
    }
}

void Outlet::lost() noexcept {
    lost_ = true;
    channel_->cut();
}

void Outlet::listen(events::Subscription subscription, std::string cursor, By by) {
    subscription_ = std::move(subscription);
    site_.api.interest.shown();
    hurried_ = hurried_ || by == By::gateway;
    if (beginning_ && !putOff_)
        again_ = true;
    else
        beginInTime(std::move(cursor));
}

void Outlet::beginInTime(std::string cursor) {
    const auto in = pace_.in(Clock::now());
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

void Outlet::begin(std::string cursor) {
    pace_.began(Clock::now());
    attach(std::move(cursor));
}

// Of one beginning there may be many pages.
void Outlet::attach(std::string cursor) {
    beginning_ = true;
    putOff_ = nullptr;
    site_.api.ledger.attach(
        shard_.number(), subscription_, std::move(cursor),
        [weak = weak_from_this(), which = ++attaching_, asked = subscription_](const events::Attachment& attachment) {
            const auto self = weak.lock();
            if (!self || self->attaching_ != which) return;
            if (attachment.failed) return self->lost();
            try {
                self->attached(attachment, asked);
            } catch (const std::bad_alloc&) {
                self->lost();
            }
        },
        weak_from_this());
}

void Outlet::attached(const events::Attachment& attachment, const events::Subscription& asked) {
    askAgain();  // keys and revocations may have changed since it came
    if (channel_->closing() || !beginning_) return;
    if (!(asked.sight == subscription_.sight)) {  // this is not what the caller may see by now
        again_ = false;
        return beginInTime("");
    }
    channel_->sendBeginning([&] { tellBeginning(attachment, asked); });
    const auto whenSent = [&](auto then) {
        channel_->whenSent([weak = weak_from_this(), which = attaching_, then](error_code error) {
            if (const auto self = weak.lock(); self && !error && self->attaching_ == which) then(*self);
        });
    };
    if (attachment.more) {  // it is far behind: the next page when this one is out
        whenSent([cursor = attachment.cursor](Outlet& self) { self.attach(cursor); });
        return channel_->flush();
    }
    if (std::exchange(joined_, false)) shard_.leave(joinedAs_, this);
    joinedAs_ = asked;  // before: whoever has joined must be able to leave
    shard_.join(joinedAs_, shared_from_this());
    joined_ = true;
    watchMeters(asked.hears(Kind::audio_meter));
    whenSent([](Outlet& self) { self.begun(); });
    channel_->flush();
}

void Outlet::tellBeginning(const events::Attachment& attachment, const events::Subscription& asked) {
    if (!std::exchange(greeted_, true)) {
        present();
        showItself();
        greet(attachment);
    }
    if (!attachment.reset.empty()) tellReset(attachment.reset);
    if (attachment.snapshot) {
        conflator_.clear();  // it has what was held
        tellSnapshot(attachment.snapshot, attachment.cursor);
    }
    for (const auto& frame : attachment.missed)
        if (asked.matches(*frame)) put(frame);
}

void Outlet::begun() {
    beginning_ = false;
    if (std::exchange(again_, false)) beginInTime("");
}

void Outlet::present() {
    present_ = identity_->agents;
    site_.api.presence.arrived(present_);
}

void Outlet::showItself() {
    site_.api.streams.opened({.id = whose_.id,
                              .kind = whose_.kind,
                              .subject = identity_->subject,
                              .role = std::string(name(identity_->role)),
                              .address = whose_.address,
                              .since = now()});
}

void Outlet::watchMeters(bool watch) {
    if (watch == metering_) return;
    metering_ = watch;
    watch ? site_.meters.come() : site_.meters.go();
}

void Outlet::askAgain() {
    if (!identity_ || channel_->closing()) return;
    if (identity_->proof == identity::Proof::certificate && !channel_->certificateHolds(site_.tls.load().get()))
        return revoked();
    auto is = site_.api.authenticator.current(*identity_, now());
    if (!is) return revoked();
    identity_ = std::move(*is);
    adapt(By::gateway);
}

void Outlet::leave(Leaving stage) {
    if (stage == Leaving::begins) goAway();
    if (stage == Leaving::now) channel_->close();
}

void Outlet::adapt(By by) {
    if (greeted_ && present_ != identity_->agents) {
        site_.api.presence.arrived(identity_->agents);
        site_.api.presence.left(std::exchange(present_, identity_->agents));
    }
    auto subscription = subscription_;
    subscription.sight = site_.api.policy.sight(*identity_);
    if (subscription.sight == subscription_.sight) return;
    conflator_.clear();  // of what it may not see any more nothing is held
    holding_ = false;
    listen(std::move(subscription), "", by);  // a fresh snapshot: what it may not see is not in it
}

bool Outlet::deliver(const events::FramePtr& frame) {
    if (lost_ || channel_->closing()) return false;
    if (beginning_ && !subscription_.sees(frame->kind, frame->concern)) return false;  // it may see less by now
    if (frame->delivery == events::Delivery::latest && conflate(frame)) return false;
    releaseAll();  // the order of the cursors is kept: a client that resumes has missed nothing before its cursor
    put(frame);
    return !std::exchange(touched_, true);
}

void Outlet::flush() {
    touched_ = false;
    channel_->flush();
}

bool Outlet::conflate(const events::FramePtr& frame) {
    const bool free = !holding_ && channel_->queued() == 0;  // what is held goes first, and not before its time
    if (conflator_.passes(frame, Clock::now(), free)) return false;
    if (!holding_) {
        holding_ = true;
        shard_.hold(shared_from_this());
    }
    return true;
}

bool Outlet::releaseHeld() {
    const auto time = Clock::now();
    bool any = false;
    while (channel_->queued() == 0) {
        const auto frame = conflator_.takeDue(time);
        if (!frame) break;
        put(frame);
        any = true;
    }
    if (any) shard_.touch(shared_from_this());
    holding_ = conflator_.holds();
    return holding_;
}

void Outlet::releaseAll() {
    if (!holding_) return;
    for (const auto& frame : conflator_.takeAll(Clock::now())) put(frame);
}

}  // namespace deskline::net
