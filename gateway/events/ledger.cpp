#include "events/ledger.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "events/commands.hpp"
#include "events/keeping.hpp"
#include "events/snapshot.hpp"
#include "events/snapshots.hpp"
#include "events/unsaved.hpp"
#include "model/values_json.hpp"

namespace deskline::events {
namespace {

namespace json = boost::json;
using Steady = std::chrono::steady_clock;

constexpr auto tickEvery = std::chrono::seconds(1);
constexpr std::size_t recentKept = 16'384, recentBytes = 64 << 20;
constexpr std::size_t attachPage = 1'024, scanPage = 4'096;  // events in one step; other work comes between two steps

struct Attach {
    std::size_t shard;
    Subscription subscription;
    std::string cursor;
    std::function<void(Attachment)> answer;
};
struct Query {
    std::function<void(const State&, const std::string&)> read;
};
struct Transact {
    std::function<void(Books&)> work;
};
struct Read {
    Reading reading;
    std::function<void(Result<Page>)> answer;
    Steady::time_point until;
};
using Task = std::variant<Fact, Transact, Attach, Query, Read>;

}  // namespace

struct Ledger::Thread final : Books {
    std::unique_ptr<Journal> journal;
    Hub& hub;
    Clock clock;
    Ticks steady;
    std::string source;
    State known;
    std::uint64_t number = 0;
    std::vector<Observer*> observers;
    std::function<Answer(const Operation&)> answers;
    std::atomic<CommandId> lastCommand{0};

    std::mutex mutex;
    std::condition_variable wake;
    std::vector<Task> inbox;
    bool stopping = false;
    bool ending = false;  // the same, for the thread itself: nothing is read any more
    std::thread thread;

    Commands commands;
    Operations operationsKept;
    Records recordsKept;
    Audit auditKept;
    std::vector<Store*> stores{&operationsKept, &recordsKept, &auditKept};
    Unsaved unsaved;
    std::deque<FramePtr> recent;  // the last in memory, for those who come back soon
    std::size_t recentSize = 0;   // bytes of them
    std::deque<Fact> tellings;    // the gateway's own facts, for after the present work
    std::vector<Work> committed;  // for when all is durable: nobody hears of what may yet be lost
    std::vector<Read> waiting;    // for an event that matches
    std::uint64_t heardUpTo = 0;  // number up to which those who wait were asked
    Snapshots snapshots;          // at the present cursor
    Keeping keeping;
    Steady::time_point nextTick = Steady::now() + tickEvery, nextTry{};  // nextTry: of a journal that could not be written

    mutable std::mutex healthMutex;
    Health health;

    Thread(const std::string& gateway, std::unique_ptr<Journal> theJournal, Hub& theHub, Clock theClock, Ticks theTicks)
        : journal(std::move(theJournal)),
          hub(theHub),
          clock(std::move(theClock)),
          steady(std::move(theTicks)),
          source("/gateways/" + gateway),
          number(journal->newest()),
          heardUpTo(number),
          keeping(*journal, operationsKept, auditKept, steady()) {
        health.events = number;
    }

    const State& state() const override { return known; }
    std::string cursor() const override { return at(number); }
    Time now() const override { return clock(); }
    Steady::time_point ticks() const override { return steady(); }
    Operations& operations() override { return operationsKept; }
    Records& records() override { return recordsKept; }
    Audit& audit() override { return auditKept; }
    void tell(Fact fact) override { tellings.push_back(std::move(fact)); }
    void begin(CommandId command, Begin begin) override { commands.begin(command, std::move(begin)); }
    void settle(CommandId command, Result<std::string> object, bool eventExpected, Answer answer) override {
        commands.settle(command, std::move(object), eventExpected, std::move(answer));
    }
    bool busy(std::string_view object) const override { return commands.busy(object); }
    std::optional<Fault> full(const std::string& account) const override { return commands.full(account); }
    void afterCommit(Work work) override { committed.push_back(std::move(work)); }

    std::string at(std::uint64_t event) const { return Cursor{journal->epoch(), event}.text(); }

    void post(Task task) {
        bool first = false;
        {
            const std::lock_guard lock(mutex);
            first = inbox.empty();
            inbox.push_back(std::move(task));
        }
        if (first) wake.notify_one();
    }

    void restore() {
        for (const auto* type : {"deskline.agent-handler", "deskline.acd-group", "deskline.queue", "deskline.agent", "deskline.agent-session", "deskline.call",
                                 "deskline.audio.device", "deskline.audio.session"})
            for (const auto& frame : journal->lastOf(type)) {
                json::error_code error;
                const auto value = json::parse(frame->cloudEvent(), error);
                if (!error && value.is_object())
                    remember(known, value.get_object(), frame->concern);
                else
                    spdlog::error("the event {} in the journal cannot be read and is left alone", frame->number);
            }
        std::erase_if(known.sessions, [](auto& entry) { return entry.second.state == SessionState::session_ended; });
        for (auto& [id, agent] : known.agents) agent.stale = Stale{now(), "gateway-restarted"};
        for (auto& [id, session] : known.sessions) session.stale = Stale{now(), "gateway-restarted"};
        for (const auto& loaded : {recordsKept.load(journal->database()), operationsKept.load(journal->database())})
            if (!loaded) spdlog::error("{} What was kept there is not known.", loaded.error().detail);
        if (answers)
            for (const auto& operation : operationsKept.unsettled())
                commands.restore(++lastCommand, {operation.cause, operation.expectation, {}}, answers(operation));
        for (auto* observer : observers) guarded("restoring", [&] { observer->restored(*this); });
    }

    // One piece of work that throws is a mistake in the gateway, and must not end the ledger, which everybody else needs: what it had not done is
    // undone, its caller gets no answer, and the rest goes on.
    template <class Do>
    void guarded(const char* what, Do&& work) {
        try {
            work();
        } catch (const std::exception& error) {
            spdlog::error("{} ended by an exception, and the rest goes on: {}", what, error.what());
            const std::lock_guard lock(healthMutex);
            ++health.failedTasks;
        }
    }

    void run() {
        guarded("restoring what was known", [this] { restore(); });
        std::vector<Task> tasks;
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait_until(lock, nextDeadline(), [this] { return stopping || !inbox.empty(); });
            if (stopping && inbox.empty()) break;
            ending = stopping;
            tasks.swap(inbox);
            lock.unlock();
            for (auto& task : tasks) {
                guarded("a piece of work", [&] { std::visit([this](auto& t) { handle(t); }, task); });
                drain();
            }
            tasks.clear();
            if (Steady::now() >= nextTick) guarded("the work of each second", [this] { tick(); });
            guarded("the end of waiting for events", [this] { commands.expire(known); });
            drain();
            guarded("a commit", [this] { commit(); });
            guarded("the cutting of what is old", [this] { keeping.cut(now(), steady()); });
            lock.lock();
        }
        lock.unlock();
        ending = true;
        for (auto& read : std::exchange(waiting, {})) guarded("an answer at the end", [&] { handle(read); });
        nextTry = {};  // a last time
        guarded("a commit", [this] { commit(); });
    }

    Steady::time_point nextDeadline() const {
        auto next = std::min({Steady::now() + (keeping.next() - steady()), nextTick, commands.nextDeadline()});
        for (const auto& read : waiting) next = std::min(next, read.until);
        return next;
    }

    void tick() {
        nextTick = Steady::now() + tickEvery;
        for (auto* observer : observers) observer->tick(*this);
        measure();
        if (!journal->changedByOthers()) return;
        if (!save()) return;
        operationsKept.countAgain();
        recentSize = 0;
        recent.clear();  // an agent's data was erased: from now on what is read comes from the file
        spdlog::info("the journal was changed by another program; what is read again comes from the file");
    }

    void measure() {
        const auto sizes = keeping.sizes();
        const std::lock_guard lock(healthMutex);
        health.eventBytes = sizes.events;
        health.auditBytes = sizes.audit;
        health.operations = operationsKept.size();
    }

    // What the present work led to: the gateway's own facts, and the answers to commands.
    void drain() {
        for (;;) {
            for (auto& due : commands.take())
                guarded("an answer", [&] {
                    if (due.answer) due.answer({std::move(due.object), due.event ? std::optional(at(*due.event)) : std::nullopt, due.readAgain}, *this);
                });
            if (tellings.empty()) return;
            auto fact = std::move(tellings.front());
            tellings.pop_front();
            guarded("a fact of the gateway's own", [&] { handle(fact); });
        }
    }

    void handle(Fact& fact) {
        const auto attribution = [&](auto type, auto subject, auto agent, auto event) { return commands.attribute(fact, type, subject, agent, event); };
        auto changes = apply(known, fact, number, attribution);
        snapshots.clear();
        for (auto& change : changes) {
            for (auto* observer : observers) observer->changed(*this, change);
            const auto command = change.command;
            const auto subject = change.subject;
            publish(change, fact.time);
            if (command) commands.told(command, number, subject);
        }
        commands.read(fact, known);
    }

    void publish(Change& change, Time time) {
        Frame meta;
        if (!change.ephemeral) meta.number = ++number;
        meta.delivery = change.ephemeral ? Delivery::ephemeral : change.latestWins ? Delivery::latest : Delivery::lossless;
        meta.time = time.time_since_epoch().count();
        meta.type = change.type;
        meta.subject = change.subject;
        meta.concern = std::move(change.concern);
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
            unsaved.add(frame);
            recent.push_back(frame);
            recentSize += frame->bytes.size();
            for (; recent.size() > recentKept || recentSize > recentBytes; recent.pop_front()) recentSize -= recent.front()->bytes.size();
        }
        hub.frame(frame);
    }

    void handle(Transact& transact) { transact.work(*this); }

    void handle(Query& query) {
        afterCommit([this, read = std::move(query.read)] { read(known, cursor()); });
    }

    // Up to `limit` events after the cursor, or why they cannot be told (Attachment::reset).
    Result<std::vector<FramePtr>> since(const std::string& text, std::size_t limit) {
        Cursor from;
        if (!Cursor::parse(text, from)) return Fault{"invalid-argument", "cursor-unknown"};
        if (from.epoch != journal->epoch()) return Fault{"journal-truncated", "epoch-changed"};
        if (from.number > number) return Fault{"invalid-argument", "cursor-unknown"};
        if (from.number == number) return std::vector<FramePtr>{};
        if (!recent.empty() && recent.front()->number <= from.number + 1) {
            const auto first = recent.begin() + static_cast<std::ptrdiff_t>(from.number + 1 - recent.front()->number);
            return std::vector<FramePtr>(first,
                                         first + static_cast<std::ptrdiff_t>(std::min<std::size_t>(limit, static_cast<std::size_t>(recent.end() - first))));
        }
        if (!journal->reachesBackTo(from.number)) return Fault{"journal-truncated", "journal-truncated"};
        if (!save()) return Fault{"journal-truncated", "journal-truncated"};
        return journal->after(from.number, limit);
    }

    void handle(Attach& attach) {
        Attachment reply{.cursor = cursor()};
        for (const auto& [source, is] : known.sources) {
            auto& all = reply.capabilities[name(source)].emplace_object();
            for (const auto& [what, can] : is.capabilities) all[what] = can;
        }
        if (!attach.cursor.empty()) {
            auto missed = since(attach.cursor, attachPage);
            reply.resumed = missed.has_value();
            if (missed) {
                reply.missed = std::move(*missed);
                reply.more = !reply.missed.empty() && reply.missed.back()->number < number;
                if (reply.more) reply.cursor = at(reply.missed.back()->number);
            } else {
                reply.reset = missed.error().detail;
            }
        }
        if (!reply.resumed) {
            reply.snapshot = snapshots.of(attach.subscription, [&] {
                auto body = snapshot(known, attach.subscription);
                json::object whole{{"op", "snapshot"}, {"cursor", reply.cursor}};
                for (auto& part : body) whole[part.key()] = std::move(part.value());
                return textFrame(json::serialize(whole));
            });
        }
        hub.work(attach.shard, [answer = std::move(attach.answer), reply = std::move(reply)] { answer(reply); });
    }

    void handle(Read& read) {
        auto& [reading, answer, until] = read;
        if (ending) return afterCommit([answer = std::move(answer)] { answer(shuttingDown); });
        if (reading.cursor.empty()) reading.cursor = at(reading.since ? journal->before(*reading.since) : journal->oldest() - 1);
        auto scanned = since(reading.cursor, scanPage);
        if (!scanned) return afterCommit([answer = std::move(answer), fault = scanned.error()] { answer(fault); });
        Page page{{}, reading.cursor};
        for (auto& frame : *scanned) {
            page.cursor = at(frame->number);
            if (!reading.subscription.matches(*frame)) continue;
            page.frames.push_back(frame);
            if (page.frames.size() == reading.limit) break;
        }
        if (page.frames.empty()) {
            reading.cursor = page.cursor;
            if (scanned->size() == scanPage) return post(std::move(read));  // go on in the next step
            if (until > Steady::now()) return waiting.push_back(std::move(read));
        }
        afterCommit([answer = std::move(answer), page = std::move(page)] { answer(page); });
    }

    // Those who wait: for whom one of the new events is, and whose time is up.
    void tellWaiting() {
        const auto from = std::exchange(heardUpTo, number);
        if (waiting.empty()) return;
        const auto fresh = since(at(from), SIZE_MAX);
        const auto due = std::partition(waiting.begin(), waiting.end(), [&](const Read& read) {
            if (read.until <= Steady::now() || !fresh) return false;
            return std::ranges::none_of(*fresh, [&](const FramePtr& frame) { return read.reading.subscription.matches(*frame); });
        });
        std::vector<Read> told(std::make_move_iterator(due), std::make_move_iterator(waiting.end()));
        waiting.erase(due, waiting.end());
        for (auto& read : told) handle(read);
    }

    // A journal that fails is tried again once a second, however much there is to write.
    Result<void> save() {
        std::vector<Store*> changed;
        std::ranges::copy_if(stores, std::back_inserter(changed), [](const Store* store) { return store->changed(); });
        if (unsaved.empty() && changed.empty()) return {};
        if (Steady::now() < nextTry) return Fault{"journal-fault", health.journalFault};
        auto saved = write(changed);
        const std::lock_guard lock(healthMutex);
        if (saved) {
            if (!health.durable) spdlog::info("the journal can be written again; what had to wait was written late");
            health.durable = true;
            health.journalFault.clear();
            ++health.commits;
        } else {
            if (health.durable) spdlog::error("{} Events are served but not durable until it can be written again.", saved.error().detail);
            health.durable = false;
            health.journalFault = saved.error().detail;
            health.conflict = journal->conflict();
            nextTry = Steady::now() + tickEvery;
        }
        return saved;
    }

    // Events that had to wait go in groups that do not keep others waiting for long; what is changed beside them with the last.
    Result<void> write(const std::vector<Store*>& changed) {
        constexpr std::size_t group = 10'000;
        while (journal->takesEvents() && unsaved.frames().size() > group) {
            const std::vector<FramePtr> first(unsaved.frames().begin(), unsaved.frames().begin() + group);
            if (auto written = journal->append(first); !written) return written;
            unsaved.written(group);
        }
        auto written = journal->write(unsaved.frames(), changed);
        if (written) unsaved.written(unsaved.frames().size());
        return written;
    }

    // While the journal cannot be written: what waits has a bound.
    void bound() {
        const auto lost = unsaved.trim();
        if (lost) spdlog::error("{} events were given up: they were told, but the journal cannot be written and there is no more room to wait", lost);
        const std::lock_guard lock(healthMutex);
        health.lost += lost;
        health.lostAudit = auditKept.droppedInAll();
        health.events = number;
        health.unsaved = unsaved.frames().size();
        health.unsavedBytes = unsaved.bytes();
        health.unsavedAudit = auditKept.unsaved();
        health.unsavedOperations = operationsKept.unsaved();
    }

    void commit() {
        tellWaiting();
        (void)save();  // its failure is said in the log and in health; the gateway serves on
        bound();
        for (auto& work : std::exchange(committed, {})) guarded("an answer", work);
        hub.flush();
    }
};

Ledger::Ledger(std::string gateway, std::unique_ptr<Journal> journal, Hub& hub, Clock clock, Ticks ticks)
    : thread_(std::make_unique<Thread>(gateway, std::move(journal), hub, std::move(clock), std::move(ticks))) {}

Ledger::~Ledger() { stop(); }

void Ledger::observe(Observer& observer) { thread_->observers.push_back(&observer); }
void Ledger::answerWith(std::function<Answer(const Operation&)> answers) { thread_->answers = std::move(answers); }

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

CommandId Ledger::nextCommand() { return ++thread_->lastCommand; }
void Ledger::record(Fact fact) { thread_->post(std::move(fact)); }
void Ledger::transact(std::function<void(Books&)> work) { thread_->post(Transact{std::move(work)}); }
void Ledger::settle(CommandId command, Result<std::string> object, bool eventExpected, Answer answer) {
    transact([=, object = std::move(object), answer = std::move(answer)](Books& books) { books.settle(command, object, eventExpected, answer); });
}
void Ledger::query(std::function<void(const State&, const std::string&)> read) { thread_->post(Query{std::move(read)}); }
void Ledger::attach(std::size_t shard, Subscription subscription, std::string cursor, std::function<void(Attachment)> answer) {
    thread_->post(Attach{shard, std::move(subscription), std::move(cursor), std::move(answer)});
}
void Ledger::read(Reading reading, std::function<void(Result<Page>)> answer) {
    const auto until = Steady::now() + reading.wait;
    thread_->post(Read{std::move(reading), std::move(answer), until});
}

Health Ledger::health() const {
    const std::lock_guard lock(thread_->healthMutex);
    return thread_->health;
}

}  // namespace deskline::events
