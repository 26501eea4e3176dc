#include "events/ledger.hpp"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "events/snapshot.hpp"
#include "model/values_json.hpp"

namespace deskline::events {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr auto eventPatience = std::chrono::seconds(2);    // how long an answer waits for its event
constexpr auto unknownPatience = std::chrono::minutes(5);  // how long an event may come late to a command that timed out
constexpr auto pruneEvery = std::chrono::seconds(60);
constexpr std::size_t recentKept = 16'384, unsavedKept = 200'000;

struct Begin {
    CommandId command;
    Cause cause;
    Expectation expectation;
};
struct Settle {
    CommandId command;
    Result<std::string> object;
    bool eventExpected;
    Answer answer;
};
struct Attach {
    std::size_t shard;
    Subscription subscription;
    std::string cursor;
    std::function<void(Attachment)> answer;
};
struct Query {
    std::function<void(const State&, const std::string&)> read;
};
struct Read {
    Subscription subscription;
    std::string cursor;
    std::size_t limit;
    std::function<void(Result<std::vector<FramePtr>>, std::string)> answer;
};
using Task = std::variant<Fact, Begin, Settle, Attach, Query, Read>;

struct Pending {  // a command between begin and answer
    Cause cause;
    Expectation expectation;
    std::optional<std::uint64_t> event;
    std::optional<Settle> settled;
    Clock::time_point expires = Clock::time_point::max();
};

}  // namespace

struct Ledger::Thread {
    std::string gateway;
    std::unique_ptr<Journal> journal;
    Hub& hub;
    State state;
    std::uint64_t number = 0;

    std::mutex mutex;
    std::condition_variable wake;
    std::vector<Task> inbox;
    bool stopping = false;
    std::thread thread;

    std::map<CommandId, Pending> pending;
    std::vector<FramePtr> unsaved;  // numbered, not yet in the journal
    std::deque<FramePtr> recent;    // the last in memory, for those who come back soon
    std::vector<Work> afterCommit;  // answers: nobody hears of an event that is not durable yet
    std::string source;
    std::map<Subscription, std::shared_ptr<const std::string>> snapshots;  // at the present cursor
    Clock::time_point nextPrune = Clock::now() + pruneEvery;

    mutable std::mutex healthMutex;
    Health health;

    Thread(std::string gatewayName, std::unique_ptr<Journal> theJournal, Hub& theHub)
        : gateway(std::move(gatewayName)), journal(std::move(theJournal)), hub(theHub), number(journal->newest()), source("/gateways/" + gateway) {
        health.events = number;
    }

    void post(Task task) {
        bool first = false;
        {
            const std::lock_guard lock(mutex);
            first = inbox.empty();
            inbox.push_back(std::move(task));
        }
        if (first) wake.notify_one();
    }

    std::string cursor() const { return Cursor{journal->epoch(), number}.text(); }

    void restore() {
        for (const auto* type : {"deskline.agent-handler", "deskline.acd-group", "deskline.queue", "deskline.agent", "deskline.agent-session", "deskline.call",
                                 "deskline.audio.device", "deskline.audio.session"})
            for (const auto& event : journal->lastOf(type)) {
                json::error_code error;
                const auto value = json::parse(event, error);
                if (!error && value.is_object()) remember(state, value.get_object());
            }
        std::erase_if(state.sessions, [](auto& entry) { return entry.second.state == SessionState::session_ended; });
        for (auto& [id, agent] : state.agents) agent.stale = Stale{now(), "gateway-restarted"};
        for (auto& [id, session] : state.sessions) session.stale = Stale{now(), "gateway-restarted"};
    }

    void run() {
        restore();
        std::vector<Task> tasks;
        std::unique_lock lock(mutex);
        for (;;) {
            const auto until = std::min(nextDeadline(), nextPrune);
            wake.wait_until(lock, until, [this] { return stopping || !inbox.empty(); });
            if (stopping && inbox.empty()) return;
            tasks.swap(inbox);
            lock.unlock();
            for (auto& task : tasks) std::visit([this](auto& t) { handle(t); }, task);
            tasks.clear();
            expire();
            commit();
            if (Clock::now() >= nextPrune) {
                journal->prune(now().time_since_epoch().count());
                nextPrune = Clock::now() + pruneEvery;
            }
            lock.lock();
        }
    }

    Clock::time_point nextDeadline() const {
        auto next = unsaved.empty() ? Clock::time_point::max() : Clock::now() + std::chrono::seconds(1);  // the journal failed: try again
        for (const auto& [id, command] : pending) next = std::min(next, command.expires);
        return next;
    }

    Pending* owner(const Fact& fact) {
        if (fact.command) {
            const auto known = pending.find(fact.command);
            return known == pending.end() ? nullptr : &known->second;
        }
        for (auto& [id, command] : pending)
            if (!command.event && command.expectation && command.expectation(fact)) return &command;
        return nullptr;
    }

    void handle(Fact& fact) {
        auto* command = owner(fact);
        std::optional<std::string> reason;
        if (command) reason = command->cause.reason;
        bool first = true;
        for (auto& change : apply(state, fact, reason)) {
            if (command && first) {
                json::object cause{{"request", command->cause.request}, {"actor", command->cause.actor}};
                if (reason) cause["reason"] = *reason;
                if (command->cause.traceparent) cause["traceparent"] = *command->cause.traceparent;
                change.data["cause"] = std::move(cause);
            }
            publish(change, fact.time);
            if (command && first) command->event = number;
            first = false;
        }
        snapshots.clear();
        if (!command || !command->settled) return;
        answer(*command);
    }

    void publish(Change& change, Time time) {
        Frame meta;
        if (!change.ephemeral) meta.number = ++number;
        meta.delivery = change.ephemeral ? Delivery::ephemeral : change.latestWins ? Delivery::latest : Delivery::lossless;
        meta.time = time.time_since_epoch().count();
        meta.type = change.type;
        meta.subject = change.subject;
        meta.agent = change.agent;
        json::object event;
        event.reserve(7);
        event.emplace("specversion", "1.0");
        event.emplace("id", change.ephemeral ? "meter-" + std::to_string(meta.time) : cursor());
        event.emplace("source", source);
        event.emplace("type", change.type);
        event.emplace("subject", std::move(change.subject));
        event.emplace("time", toRfc3339(time));
        event.emplace("data", std::move(change.data));
        auto frame = makeFrame(std::move(meta), json::serialize(event));
        if (!change.ephemeral) {
            unsaved.push_back(frame);
            recent.push_back(frame);
            if (recent.size() > recentKept) recent.pop_front();
        }
        hub.frame(frame);
    }

    void handle(Begin& begin) { pending[begin.command] = {std::move(begin.cause), std::move(begin.expectation), {}, {}, Clock::time_point::max()}; }

    void handle(Settle& settle) {
        const auto known = pending.find(settle.command);
        if (known == pending.end()) return;
        auto& command = known->second;
        const bool waits = settle.object.has_value() && settle.eventExpected && !command.event;
        command.settled = std::move(settle);
        if (waits)
            command.expires = Clock::now() + eventPatience;
        else
            answer(command);
    }

    // Answers once; the command stays for a while when its event may still come.
    void answer(Pending& command) {
        auto& settled = *command.settled;
        if (settled.answer) {
            const auto eventCursor = command.event ? std::optional(Cursor{journal->epoch(), *command.event}.text()) : std::nullopt;
            afterCommit.push_back([this, answer = std::move(settled.answer), object = settled.object, eventCursor] {
                answer(Settled{object, eventCursor, state});
            });
            settled.answer = nullptr;
        }
        const bool unknown = settled.object.has_error() && settled.object.error().outcomeUnknown && !command.event;
        // An audio change may be told in several events; all of them come soon.
        command.expires = Clock::now() + (unknown ? Clock::duration(unknownPatience) : Clock::duration(eventPatience));
        if (settled.object.has_error() && !unknown) command.expectation = nullptr;
    }

    void expire() {
        const auto time = Clock::now();
        for (auto entry = pending.begin(); entry != pending.end();) {
            auto& command = entry->second;
            if (command.expires > time) {
                ++entry;
            } else if (command.settled && command.settled->answer) {
                answer(command);
                ++entry;
            } else {
                entry = pending.erase(entry);
            }
        }
    }

    void handle(Query& query) {
        afterCommit.push_back([this, read = std::move(query.read)] { read(state, cursor()); });
    }

    // Where `text` stands: how many events are to be told after it, or why that cannot be said.
    Result<std::vector<FramePtr>> since(const std::string& text, std::size_t limit) {
        Cursor from;
        if (!Cursor::parse(text, from)) return Fault{"invalid-argument", "cursor-unknown"};
        if (from.epoch != journal->epoch()) return Fault{"invalid-argument", "epoch-changed"};
        if (from.number > number) return Fault{"invalid-argument", "cursor-unknown"};
        if (from.number == number) return std::vector<FramePtr>{};
        std::vector<FramePtr> frames;
        if (!recent.empty() && recent.front()->number <= from.number + 1) {
            for (auto at = recent.begin() + static_cast<std::ptrdiff_t>(from.number + 1 - recent.front()->number); at != recent.end() && frames.size() < limit;
                 ++at)
                frames.push_back(*at);
            return frames;
        }
        if (from.number + 1 < journal->oldest()) return Fault{"invalid-argument", "journal-truncated"};
        if (auto saved = save(); !saved) return Fault{"invalid-argument", "journal-truncated"};
        frames = journal->after(from.number, limit);
        return frames;
    }

    void handle(Attach& attach) {
        Attachment reply{cursor(), false, {}, nullptr, {}, {}};
        for (const auto& [source, is] : state.sources) {
            auto& all = reply.capabilities[name(source)].emplace_object();
            for (const auto& [what, can] : is.capabilities) all[what] = can;
        }
        if (!attach.cursor.empty()) {
            auto missed = since(attach.cursor, SIZE_MAX);
            reply.resumed = missed.has_value();
            if (missed)
                reply.missed = std::move(*missed);
            else
                reply.reset = missed.error().detail;
        }
        if (!reply.resumed) {
            auto& cached = snapshots[attach.subscription];
            if (!cached) {
                auto body = snapshot(state, attach.subscription);
                json::object whole{{"op", "snapshot"}, {"cursor", reply.cursor}};
                for (auto& part : body) whole[part.key()] = std::move(part.value());
                cached = std::make_shared<const std::string>(textFrame(json::serialize(whole)));
            }
            reply.snapshot = cached;
        }
        hub.work(attach.shard, [answer = std::move(attach.answer), reply = std::move(reply)] { answer(reply); });
    }

    void handle(Read& read) {
        afterCommit.push_back([this, read = std::move(read)] {
            const bool fromStart = read.cursor.empty();
            auto frames = since(fromStart ? Cursor{journal->epoch(), journal->oldest() - 1}.text() : read.cursor, SIZE_MAX);
            auto newest = cursor();
            if (frames) {
                std::erase_if(*frames, [&](const FramePtr& frame) { return !read.subscription.matches(*frame); });
                if (frames->size() > read.limit) {
                    frames->resize(read.limit);
                    newest = Cursor{journal->epoch(), frames->back()->number}.text();
                }
            }
            read.answer(std::move(frames), newest);
        });
    }

    Result<void> save() {
        if (unsaved.empty()) return {};
        auto saved = journal->append(unsaved);
        const std::lock_guard lock(healthMutex);
        if (saved) {
            if (!health.durable) spdlog::info("the journal can be written again; {} events were written late", unsaved.size());
            unsaved.clear();
            health.durable = true;
            health.journalFault.clear();
            ++health.commits;
        } else {
            if (health.durable) spdlog::error("{} Events are served but not durable until it can be written again.", saved.error().detail);
            health.durable = false;
            health.journalFault = saved.error().detail;
            if (unsaved.size() > unsavedKept) unsaved.erase(unsaved.begin(), unsaved.end() - static_cast<std::ptrdiff_t>(unsavedKept));
        }
        health.events = number;
        health.unsaved = unsaved.size();
        return saved;
    }

    void commit() {
        (void)save();  // its failure is said in the log and in health; the gateway serves on
        for (auto& work : std::exchange(afterCommit, {})) work();
        hub.flush();
    }
};

Ledger::Ledger(std::string gateway, std::unique_ptr<Journal> journal, Hub& hub)
    : thread_(std::make_unique<Thread>(std::move(gateway), std::move(journal), hub)) {}

Ledger::~Ledger() { stop(); }

void Ledger::start() {
    thread_->thread = std::thread([this] { thread_->run(); });
}

void Ledger::stop() {
    {
        const std::lock_guard lock(thread_->mutex);
        thread_->stopping = true;
    }
    thread_->wake.notify_one();
    if (thread_->thread.joinable()) thread_->thread.join();
}

void Ledger::record(Fact fact) { thread_->post(std::move(fact)); }
void Ledger::begin(CommandId command, Cause cause, Expectation expectation) { thread_->post(Begin{command, std::move(cause), std::move(expectation)}); }
void Ledger::settle(CommandId command, Result<std::string> object, bool eventExpected, Answer answer) {
    thread_->post(Settle{command, std::move(object), eventExpected, std::move(answer)});
}
void Ledger::query(std::function<void(const State&, const std::string&)> read) { thread_->post(Query{std::move(read)}); }
void Ledger::attach(std::size_t shard, Subscription subscription, std::string cursor, std::function<void(Attachment)> answer) {
    thread_->post(Attach{shard, std::move(subscription), std::move(cursor), std::move(answer)});
}
void Ledger::read(Subscription subscription, std::string cursor, std::size_t limit, std::function<void(Result<std::vector<FramePtr>>, std::string)> answer) {
    thread_->post(Read{std::move(subscription), std::move(cursor), limit, std::move(answer)});
}

Health Ledger::health() const {
    const std::lock_guard lock(thread_->healthMutex);
    return thread_->health;
}

}  // namespace deskline::events
