#include "events/ledger.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "events/brought.hpp"
#include "events/commands.hpp"
#include "events/erasures.hpp"
#include "events/keeping.hpp"
#include "events/sights.hpp"
#include "events/snapshot.hpp"
#include "events/snapshots.hpp"
#include "events/unsaved.hpp"
#include "model/failpoint.hpp"
#include "model/values_json.hpp"

namespace deskline::events {
namespace {

namespace json = boost::json;
using Steady = std::chrono::steady_clock;

constexpr auto tickEvery = std::chrono::seconds(1);

struct Attach {
    std::size_t shard;
    Subscription subscription;
    std::string cursor;
    std::function<void(const Attachment&)> answer;
    std::optional<std::weak_ptr<const void>> whose;
};
struct Query {
    std::function<void(const State&, const std::string&)> read;
};
struct Transact {
    std::function<void(Books&)> work;
};
struct Read {
    Reading reading;
    Steady::time_point until;
    ToldPage answer;
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
    std::uint64_t number = 0, wholeAtStart = 0;  // wholeAtStart: erasures.hpp
    std::vector<Observer*> observers;
    std::function<Answer(const Operation&)> answers;
    std::function<void(bool)> durable = [](bool) {};
    std::atomic<CommandId> lastCommand{0};

    std::mutex mutex;
    std::condition_variable wake;
    std::vector<Task> inbox;
    bool stopping = false;
    std::thread thread;

    Commands commands;
    Operations operationsKept;
    Records recordsKept;
    Sights sights{recordsKept};
    Audit auditKept;
    std::vector<Store*> stores{&operationsKept, &recordsKept, &auditKept};
    Unsaved unsaved;
    std::deque<Fact> tellings;    // the gateway's own facts, for after the present work
    std::vector<Work> committed;  // for when all is durable: nobody hears of what may yet be lost
    Snapshots snapshots;          // at the present cursor
    Keeping keeping;
    Steady::time_point nextTick = Steady::now() + tickEvery, nextTry{};  // nextTry: of a journal that could not be written

    mutable std::mutex healthMutex;
    Health health;

    Reads reads;  // the last: its thread ends before what it uses

    Thread(const std::string& gateway, std::unique_ptr<Journal> theJournal, Hub& theHub, Clock theClock, Ticks theTicks)
        : journal(std::move(theJournal)),
          hub(theHub),
          clock(std::move(theClock)),
          steady(std::move(theTicks)),
          source("/gateways/" + gateway),
          number(journal->newest()),
          keeping(*journal, operationsKept, auditKept, steady()),
          reads({.journal = *journal,
                 .number = number,
                 .unsaved = unsaved.frames(),
                 .post = [this](Work work) { post(Transact{[work = std::move(work)](Books&) { work(); }}); },
                 .afterCommit = [this](Work work) { afterCommit(std::move(work)); }}) {
        health.events = number;
        if (const auto& refusal = journal->refusal()) {
            health.durable = false;
            health.journalFault = refusal->detail;
        }
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
    bool busy(const ObjectRef& object) const override { return commands.busy(object); }
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

    // All that a start needs of the file, or the fault.
    Result<void> readKept() {
        for (const auto kind : rememberedKinds) {
            const auto last = journal->lastOf(kind);
            if (!last) return last.error();
            for (const auto& frame : *last) {
                json::error_code error;
                const auto value = json::parse(frame->cloudEvent(), error);
                if (!error && value.is_object())
                    remember(known, kind, value.get_object(), frame->concern);
                else
                    spdlog::error("the event {} in the journal cannot be read and is left alone", frame->number);
            }
        }
        if (auto loaded = recordsKept.load(journal->database()); !loaded) return loaded;
        return operationsKept.load(journal->database());
    }

    // Where a part could not be read, nothing of the file is used: what is made of the other part would be written over it.
    void readKeptOrLetGo() {
        Result<void> read;
        try {
            read = readKept();
        } catch (const std::exception& error) {
            read = Fault{"journal-fault", "What the journal holds could not be read: " + std::string(error.what()) + "."};
        }
        if (!read) {
            known = State();
            recordsKept = Records();
            operationsKept = Operations();
            journal->letGo(read.error());
            (void)operationsKept.load(journal->database());  // of a file in memory, with nothing in it
            notDurable(journal->refusal()->detail);
            durable(false);
        }
        if (journal->hasPast()) return;
        recordsKept.lacksPast();
        operationsKept.lacksPast();
    }

    void notDurable(const std::string& why) {
        spdlog::error("{} Events are served but not durable.", why);
        const std::lock_guard lock(healthMutex);
        health.durable = false;
        health.journalFault = why;
    }

    void restore() {
        readKeptOrLetGo();
        std::erase_if(known.sessions, [](auto& entry) { return entry.second.state == SessionState::session_ended; });
        for (auto& [id, agent] : known.agents) agent.stale = Stale{now(), "gateway-restarted"};
        for (auto& [id, session] : known.sessions) session.stale = Stale{now(), "gateway-restarted"};
        sights.restored(journal->epoch(), number);
        wholeAtStart = startAfterErasure(journal->database(), number);
        if (answers)
            for (const auto& operation : operationsKept.unsettled()) {
                const CommandId command = ++lastCommand;
                commands.restore(command, {operation.cause, operation.expectation, {}}, answers(operation));
                if (const auto brought = broughtBy(journal->database(), operation)) commands.told(command, brought->number, brought->object);
            }
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
        guarded("the answers at the end", [this] { reads.end(); });
        nextTry = {};  // a last time
        guarded("a commit", [this] { commit(); });
    }

    Steady::time_point nextDeadline() const {
        return std::min({Steady::now() + (keeping.next() - steady()), nextTick, commands.nextDeadline(), reads.nextDeadline()});
    }

    void tick() {
        nextTick = Steady::now() + tickEvery;
        for (auto* observer : observers) observer->tick(*this);
        reads.sweep();
        sights.sweep(number, journal->oldest());
        measure();
        if (!journal->changedByOthers()) return;
        reads.forget();  // an agent's data was erased
        if (save())
            if (const auto counted = operationsKept.countAgain(); !counted) spdlog::warn("{} Operations are counted as before.", counted.error().detail);
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
        const auto attribution = [&](const Happened& is) { return commands.attribute(fact, is); };
        auto changes = apply(known, fact, number, attribution);
        snapshots.clear();
        for (auto& change : changes) {
            for (auto* observer : observers) observer->changed(*this, change);
            const auto command = change.command;
            publish(change, fact.time);
            if (command) commands.told(command, number, change.object.id);
        }
        commands.read(fact, known);
    }

    void publish(Change& change, Time time) {
        Frame meta;
        if (!change.ephemeral) meta.number = ++number;
        meta.delivery = change.ephemeral ? Delivery::ephemeral : change.latestWins ? Delivery::latest : Delivery::lossless;
        meta.time = milliseconds(time);
        meta.kind = change.object.kind;
        meta.subject = change.object.text();
        meta.concern = std::move(change.concern);
        json::object event;
        event.reserve(7);
        event.emplace("specversion", "1.0");
        event.emplace("id", change.ephemeral ? "meter-" + std::to_string(meta.time) : cursor());
        event.emplace("source", source);
        event.emplace("type", typeOf(meta.kind));
        event.emplace("subject", meta.subject);
        event.emplace("time", toRfc3339(time));
        event.emplace("data", std::move(change.data));
        auto frame = makeFrame(std::move(meta), json::serialize(event));
        if (!change.ephemeral) {
            unsaved.add(frame);
            reads.heard(frame);
        }
        hub.frame(frame);
    }

    void handle(Transact& transact) { transact.work(*this); }

    void handle(Query& query) {
        afterCommit([this, read = std::move(query.read)] { read(known, cursor()); });
    }

    void handle(Attach& task) {
        const auto attach = std::make_shared<const Attach>(std::move(task));
        toldIfFailed(*attach, [&] {
            const bool holds = holdsPlace(*attach);
            if (attach->cursor.empty()) return attached(*attach, std::nullopt);
            if (!holds) return attached(*attach, Result<Page>(Fault{"journal-truncated", "rights-changed"}));
            reads.missed(attach->subscription, attach->cursor, attach->whose, [this, attach](const Result<Page>& missed) {
                if (!attach->whose || !attach->whose->expired()) toldIfFailed(*attach, [&] { attached(*attach, missed); });
            });
        });
    }

    // Whoever could not be answered is told that, and comes back.
    void toldIfFailed(const Attach& attach, const auto& work) {
        try {
            work();
        } catch (const std::exception&) {
            hub.work(attach.shard, [answer = attach.answer] { answer({.failed = true}); });
            throw;
        }
    }

    // Notes by which sight a stream hears from here on. False: what it has heard up to its cursor may have been heard by another.
    bool holdsPlace(const Attach& attach) {
        const auto& sight = attach.subscription.sight;
        if (!attach.whose || sight.account().empty()) return true;
        Cursor from;
        const bool known = Cursor::parse(attach.cursor, from) && from.epoch == journal->epoch() && from.number <= number;
        const bool holds = !known || !sights.doubtful(sight, from.number);
        sights.hears(sight, known && holds ? from.number : number, number, *attach.whose);
        return holds;
    }

    // Of what comes after a cursor nothing was erased. Asked once that has been read: what was erased before is noted by now.
    bool isWhole(const std::string& cursor) const {
        Cursor from;
        return Cursor::parse(cursor, from) && from.number >= std::max(wholeAtStart, wholeFrom(journal->database()));
    }

    // `missed`: what came after the cursor that was given.
    void attached(const Attach& attach, const std::optional<Result<Page>>& missed) {
        Attachment reply{.cursor = cursor()};
        for (const auto& [source, is] : known.sources) {
            auto& all = reply.capabilities[name(source)].emplace_object();
            for (const auto& [what, can] : is.capabilities) all[what] = can;
        }
        reply.resumed = missed && *missed && isWhole(attach.cursor);
        if (reply.resumed) {
            reply.missed = (*missed)->frames;
            reply.more = (*missed)->cursor != reply.cursor;
            reply.cursor = (*missed)->cursor;
        } else {
            if (missed) reply.reset = *missed ? "journal-truncated" : resetReason(missed->error());
            reply.snapshot = snapshots.of(attach.subscription, [&] {
                auto body = snapshot(known, attach.subscription);
                json::object whole{{"op", "snapshot"}, {"cursor", reply.cursor}};
                for (auto& part : body) whole[part.key()] = std::move(part.value());
                return textFrame(json::serialize(whole));
            });
        }
        hub.work(attach.shard, [answer = attach.answer, reply = std::move(reply)] { answer(reply); });
    }

    void handle(Read& read) { reads.read(std::move(read.reading), read.until, std::move(read.answer)); }

    // A journal that fails is tried again once a second, however much there is to write.
    Result<void> save() {
        std::vector<Store*> changed;
        std::ranges::copy_if(stores, std::back_inserter(changed), [](const Store* store) { return store->changed(); });
        if (unsaved.empty() && changed.empty() && !journal->waits()) return {};
        if (Steady::now() < nextTry) return Fault{"journal-fault", health.journalFault};
        auto saved = write(changed);
        if (journal->takesEvents()) durable(saved.has_value());
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
        const auto takeNote = [this] {
            if (journal->takesEvents()) unsaved.writtenUpTo(journal->newest());
        };
        takeNote();  // where there was no memory to do it before
        while (journal->takesEvents() && unsaved.frames().size() > group) {
            const std::vector<FramePtr> first(unsaved.frames().begin(), unsaved.frames().begin() + group);
            if (auto written = journal->append(first); !written) return written;
            takeNote();
        }
        auto written = journal->write(unsaved.frames(), changed);
        takeNote();
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
        reads.tellDue();
        (void)save();  // its failure is said in the log and in health; the gateway serves on
        bound();
        failpoint("ledger.saved");
        for (auto& work : std::exchange(committed, {})) guarded("an answer", work);
        failpoint("ledger.answered");
        hub.flush();
    }
};

Ledger::Ledger(std::string gateway, std::unique_ptr<Journal> journal, Hub& hub, Clock clock, Ticks ticks)
    : thread_(std::make_unique<Thread>(gateway, std::move(journal), hub, std::move(clock), std::move(ticks))) {}

Ledger::~Ledger() { stop(); }

void Ledger::observe(Observer& observer) { thread_->observers.push_back(&observer); }
void Ledger::answerWith(std::function<Answer(const Operation&)> answers) { thread_->answers = std::move(answers); }

void Ledger::tellDurable(std::function<void(bool)> told) { thread_->durable = std::move(told); }

void Ledger::start() {
    thread_->thread = std::thread([this] { thread_->run(); });
}

void Ledger::stop() {
    thread_->reads.stop();  // first, so that what it leaves is answered
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
void Ledger::attach(std::size_t shard, Subscription subscription, std::string cursor, std::function<void(const Attachment&)> answer,
                    std::optional<std::weak_ptr<const void>> whose) {
    thread_->post(Attach{shard, std::move(subscription), std::move(cursor), std::move(answer), std::move(whose)});
}
void Ledger::read(Reading reading, ToldPage answer) {
    const auto until = Steady::now() + reading.wait;
    thread_->post(Read{std::move(reading), until, std::move(answer)});
}
Readers& Ledger::readers() { return thread_->reads.readers(); }

Health Ledger::health() const {
    const std::lock_guard lock(thread_->healthMutex);
    return thread_->health;
}

}  // namespace deskline::events
