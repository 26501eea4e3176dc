// A client of the stream: the gateway's end (the real EventSubscriber, on a wire of the test's own) and the reader,
// which keeps a copy and checks each frame against the log. Thread: the test's.
#pragma once
#include <deque>

#include "log.hpp"
#include "net/streaming/event_subscriber.hpp"
#include "wire.hpp"

namespace deskline::model {

class Client;

// The gateway's end, like net/streaming/websocket_session.cpp but without WebSocket frames.
class Line final : public net::EventSubscriber {
public:
    Line(std::shared_ptr<net::TlsConnection> connection, net::Shard& shard, net::ServerContext& context, Client& client,
         const identity::Identity& who, std::string id);

    Result<void> open(const std::vector<std::string>& topics, const std::optional<std::vector<std::string>>& agents,
                      std::string cursor);
    void change(const std::string& topic, bool add);
    void hangUp();
    void slow(bool is);

private:
    void sendWelcome(const events::SubscriptionStart& start) override;
    void sendReset(const std::string& reason) override;
    void sendSnapshot(const net::Bytes& text, const std::string& cursor) override;
    void put(const events::FramePtr& frame) override;
    void tooSlow() override;
    void revoked() override;
    void goAway() override {}
    int onTick() override { return 0; }

    Client& client_;
};

struct Expected {                 // of a beginning
    std::optional<bool> resumed;  // nothing: either
    std::string reset;            // the reason, where it cannot be resumed; "": none is told
};

class Client {
public:
    Client(std::string name, const Log& log) : name_(std::move(name)), log_(log) {}

    // What it asked for last; that holds from the answer on, which comes on the line.
    Hearing wanted;
    std::function<identity::Identity()> who;  // as the keys are now
    Expected expected;

    void sends();                         // the line has sent one piece: it was heard by what holds now
    void begins();                        // what is wanted holds from here on
    void regrant(identity::Identity is);  // its keys have changed
    void dropped();                       // what was sent and not heard yet never comes
    void arrived(std::string_view piece);
    void judge();  // what has arrived, once the log has it too

    void forgetPlace();                     // begins from nothing
    void resumeFrom(std::uint64_t number);  // an older place: the copy is none
    void startsFrom(std::uint64_t number) { at_ = number; }
    std::uint64_t at() const { return at_; }
    bool begun() const { return begun_; }
    bool greeted() const { return greeted_; }
    bool closed() const { return closed_; }
    bool hasCopy() const { return hasCopy_; }
    const Copy& copy() const { return copy_; }
    const Hearing& copyOf() const { return copyOf_; }  // who it was when the copy began, and what it had asked for
    const Hearing& hearing() const { return holds_; }
    const std::string& name() const { return name_; }
    std::uint64_t events() const { return events_; }
    void opened();
    void heardAll() const;  // everything that it was to hear

private:
    void judge(std::string_view piece, const Hearing& by);
    void snapshot(const json::object& frame, const Hearing& by);
    void event(const json::object& frame, const Hearing& by);

    std::string name_;
    const Log& log_;
    Hearing holds_;
    std::deque<Hearing> sent_;
    std::deque<std::pair<std::string, Hearing>> arrived_;
    Copy copy_;
    Hearing copyOf_;
    std::uint64_t at_ = 0, events_ = 0;  // up to which it has heard everything
    bool begun_ = false, greeted_ = false, closed_ = false, hasCopy_ = false;
    std::string reset_;
};

}  // namespace deskline::model
