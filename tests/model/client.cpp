#include "client.hpp"

#include "accounts.hpp"
#include "api/events_query.hpp"
#include "net/streaming/messages.hpp"
#include "promise.hpp"

namespace deskline::model {
namespace {

std::string closing(std::string_view reason) {
    std::string frame("\x88", 1);
    frame += static_cast<char>(reason.size());
    return frame.append(reason);
}

std::string message(const json::object& object) { return json::serialize(object); }

std::uint64_t numberIn(const json::value& cursor) {
    events::Cursor at;
    must(cursor.is_string() && events::Cursor::parse(std::string_view(cursor.get_string()), at),
         "a cursor is one of this gateway's", [&] { return json::serialize(cursor); });
    return at.number;
}

}  // namespace

Line::Line(std::shared_ptr<net::TlsConnection> connection, net::Shard& shard, net::ServerContext& context,
           Client& client, const identity::Identity& who, std::string id)
    : EventSubscriber(std::move(connection), shard, context, {api::StreamKind::websocket, std::move(id), "127.0.0.1"},
                      who),
      client_(client) {
    auto& wire = wireOf(*connection_);
    wire.arrived = [this](std::string_view piece) { client_.arrived(piece); };
    wire.dropped = [this] { client_.dropped(); };
}

Result<void> Line::open(const std::vector<std::string>& topics, const std::optional<std::vector<std::string>>& agents,
                        std::string cursor) {
    auto subscription = api::subscriptionFor(context_.api, *identity_, topics, agents);
    if (!subscription) return subscription.error();
    listen(std::move(*subscription), std::move(cursor));
    return {};
}

void Line::change(const std::string& topic, bool add) {
    auto subscription = subscription_;
    add ? void(subscription.topics.insert(topic)) : void(subscription.topics.erase(topic));
    listen(std::move(subscription), "");
}

void Line::hangUp() {
    auto& wire = wireOf(*connection_);
    wire.arrived = nullptr;
    wire.dropped = nullptr;
    end();
    connection_->close();
}

void Line::slow(bool is) {
    wireOf(*connection_).slow = is;
    if (!is) connection_->flush();
}

void Line::sendWelcome(const events::SubscriptionStart& start) {
    client_.begins();
    client_.sends();
    connection_->send(message({{"op", "welcome"}, {"cursor", start.cursor}, {"resumed", start.resumed}}));
}

void Line::sendReset(const std::string& reason) {
    client_.sends();
    connection_->send(message({{"op", "reset"}, {"reason", reason}}));
}

void Line::sendSnapshot(const net::Bytes& text, const std::string&) {
    client_.begins();
    client_.sends();
    connection_->send(net::messageOf(net::snapshotPrefix, *text));
}

void Line::put(const events::FramePtr& frame) {
    client_.sends();
    connection_->send(net::messageOf(net::eventPrefix, frame->text));
}

void Line::tooSlow() { connection_->abortWith(closing("too-slow")); }

void Line::revoked() {
    end();
    connection_->abortWith(closing("revoked"));
}

void Client::regrant(identity::Identity is) { holds_.before.push_back(std::exchange(holds_.who, std::move(is))); }
void Client::sends() { sent_.push_back(holds_); }
void Client::begins() {
    holds_ = wanted;
    holds_.who = who();
}
void Client::dropped() { sent_.clear(); }

void Client::opened() {
    greeted_ = closed_ = false;
    reset_.clear();
    sent_.clear();
}

void Client::forgetPlace() {
    at_ = 0;
    begun_ = hasCopy_ = false;
}

void Client::resumeFrom(std::uint64_t number) {
    at_ = number;
    hasCopy_ = false;
}

void Client::arrived(std::string_view piece) {
    if (piece.starts_with('\x88')) {
        arrived_.emplace_back(piece, Hearing{});
        return;
    }
    must(!sent_.empty(), "what is sent arrives once", [&] { return name_ + " heard a frame that nobody sent"; });
    arrived_.emplace_back(piece, std::move(sent_.front()));
    sent_.pop_front();
}

void Client::judge() {
    for (; !arrived_.empty(); arrived_.pop_front()) judge(arrived_.front().first, arrived_.front().second);
}

void Client::judge(std::string_view piece, const Hearing& by) {
    if (piece.starts_with('\x88')) {
        closed_ = true;
        return;
    }
    const auto frame = json::parse({piece.data(), piece.size()}).as_object();
    const auto op = std::string_view(frame.at("op").as_string());
    if (op == "welcome") {
        greeted_ = true;
        const bool resumed = frame.at("resumed").as_bool();
        must(!expected.resumed || *expected.resumed == resumed,
             "a place is resumed exactly where the journal reaches back to it",
             [&] { return fmt::format("{} at event {} was{} resumed", name_, at_, resumed ? "" : " not"); });
        if (!resumed) begun_ = false;
    } else if (op == "reset") {
        reset_ = frame.at("reason").as_string();
        must(expected.reset.empty() ? !expected.resumed.has_value() : reset_ == expected.reset,
             "reset is told exactly when, and says why",
             [&] { return fmt::format("{} was told '{}' instead of '{}'", name_, reset_, expected.reset); });
    } else if (op == "snapshot") {
        must(expected.reset.empty() || reset_ == expected.reset, "reset is told exactly when, and says why",
             [&] { return fmt::format("{} was not told '{}' before its snapshot", name_, expected.reset); });
        snapshot(frame, by);
    } else {
        event(frame, by);
    }
}

void Client::snapshot(const json::object& frame, const Hearing& by) {
    const auto cursor = numberIn(frame.at("cursor"));
    must(!begun_ || cursor >= at_, "a snapshot is not of before what was heard",
         [&] { return fmt::format("{}: {} after {}", name_, cursor, at_); });
    copy_ = {};
    copy_.begin(frame);
    copyOf_ = by;
    for (const auto& [list, items] : copy_.lists())
        for (const auto& [id, item] : items)
            must(hears(by, topicOfList(list), log_.whom(list, item, cursor)),
                 "what a client may not see is in no frame",
                 [&] { return fmt::format("{} was given {} {}", name_, list, json::serialize(item)); });
    at_ = cursor;
    begun_ = hasCopy_ = true;
    expected = {};
}

void Client::event(const json::object& frame, const Hearing& by) {
    const auto number = numberIn(frame.at("id"));
    const auto* entry = log_.find(number);
    must(entry, "an event is one of the order",
         [&] { return fmt::format("{} heard {}, which there is not", name_, number); });
    must(begun_, "a snapshot comes before the events after it",
         [&] { return fmt::format("{} heard event {} before anything else", name_, number); });
    must(number > at_, "each event once, in order",
         [&] { return fmt::format("{} heard event {} after {}", name_, number, at_); });
    const auto* missed = log_.missed(by, at_, number - 1);
    must(!missed, "no lossless event is lost", [&] {
        return fmt::format("{} heard event {} after {}, without {}: {}", name_, number, at_, missed->frame->number,
                           missed->frame->text);
    });
    must(hears(by, entry->topic(), entry->frame->ownership), "what a client may not see is in no frame",
         [&] { return fmt::format("{} heard event {}: {}", name_, number, entry->frame->text); });
    for (const auto& member : entry->event) {
        const auto* same = frame.if_contains(member.key());
        must(same && *same == member.value(), "everybody hears the same event",
             [&] { return fmt::format("{}: {}", name_, json::serialize(frame)); });
    }
    at_ = number;
    ++events_;
    if (hasCopy_) copy_.apply(entry->event);
}

void Client::heardAll() const {
    must(std::ranges::all_of(holds_.before, [&](const auto& before) { return sameRights(before, holds_.who); }),
         "where rights change a fresh snapshot is told", [&] { return name_; });
    const auto* missed = log_.missed(holds_, at_, log_.newest());
    must(!missed, "no lossless event is lost", [&] {
        return fmt::format("{} is at {} and never heard {}: {}", name_, at_, missed->frame->number,
                           missed->frame->text);
    });
}

}  // namespace deskline::model
