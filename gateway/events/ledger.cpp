#include "events/ledger.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "events/command_event.hpp"
#include "events/commands.hpp"
#include "events/committer.hpp"
#include "events/event_frame.hpp"
#include "events/facts/apply.hpp"
#include "events/restore.hpp"
#include "events/retention.hpp"
#include "events/subscription_starts.hpp"
#include "events/visibility_log.hpp"
#include "model/failpoint.hpp"
#include "model/thread_checker.hpp"

namespace deskline::events {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto tickEvery = std::chrono::seconds(1);

struct Query {
    std::function<void(const State&, const std::string&)> read;
};
struct Transact {
    std::function<void(LedgerContext&)> work;
};
struct Read {
    HistoryQuery query;
    Steady::time_point until;
    ToldPage answer;
};
using Task = std::variant<Fact, Transact, Attach, Query, Read>;

}  // namespace

struct Ledger::Thread final : LedgerContext {
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
    std::thread thread;
    [[no_unique_address]] ThreadChecker checker;  // `known` and all that follows are the thread's

    Commands commands;
    Operations operationsKept;
    Records recordsKept;
    VisibilityLog visibilities{recordsKept};
    Audit auditKept;
    Committer committer;
    std::deque<Fact> tellings;    // the gateway's own facts, for after the present work
    std::vector<Work> committed;  // for when all is durable: nobody hears of what may yet be lost
    Retention retention;
    Steady::time_point nextTick = Steady::now() + tickEvery;

    HistoryQueries queries;  // its thread ends before what it uses
    SubscriptionStarts starts;

    Thread(const std::string& gateway, std::unique_ptr<Journal> theJournal, Hub& theHub, Clock theClock, Ticks theTicks)
        : journal(std::move(theJournal)),
          hub(theHub),
          clock(std::move(theClock)),
          steady(std::move(theTicks)),
          source("/gateways/" + gateway),
          number(journal->newest()),
          committer(*journal, operationsKept, recordsKept, auditKept),
          retention(*journal, operationsKept, auditKept, steady()),
          queries({.journal = *journal,
                   .number = number,
                   .unsaved = committer.unsaved(),
                   .post = [this](Work work) { post(Transact{[work = std::move(work)](LedgerContext&) { work(); }}); },
                   .afterCommit = [this](Work work) { afterCommit(std::move(work)); }}),
          starts({.journal = *journal,
                  .state = known,
                  .number = number,
                  .hub = hub,
                  .visibilities = visibilities,
                  .queries = queries}) {}

    // A part, for the ledger's thread alone.
    template <class Part>
    Part& own(Part& part) const {
        checker.check();
        return part;
    }

    const State& state() const override { return own(known); }
    std::string cursor() const override { return at(own(number)); }
    Time now() const override { return clock(); }
    Steady::time_point ticks() const override { return steady(); }
    Operations& operations() override { return own(operationsKept); }
    Records& records() override { return own(recordsKept); }
    Audit& audit() override { return own(auditKept); }
    void tell(Fact fact) override { own(tellings).push_back(std::move(fact)); }
    void begin(CommandId command, CommandStart begin) override { own(commands).begin(command, std::move(begin)); }
    void settle(CommandId command, Result<std::string> object, AnswerAfter after, Answer answer) override {
        own(commands).settle(command, std::move(object), after, std::move(answer));
    }
    bool busy(const ObjectRef& object) const override { return own(commands).busy(object); }
    std::optional<Fault> full(const std::string& account) const override { return own(commands).full(account); }
    void afterCommit(Work work) override { own(committed).push_back(std::move(work)); }

    std::string at(std::uint64_t event) const { return journal->at(event); }

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
        events::restore(*journal, {known, recordsKept, operationsKept}, committer);
        std::erase_if(known.all<AgentSession>(),
                      [](auto& entry) { return entry.second.state == SessionState::session_ended; });
        for (auto& [id, agent] : known.all<Agent>()) agent.stale = Stale{now(), "gateway-restarted"};
        for (auto& [id, session] : known.all<AgentSession>()) session.stale = Stale{now(), "gateway-restarted"};
        visibilities.restored(journal->epoch(), number);
        starts.restored();
        if (answers)
            for (const auto& operation : operationsKept.unsettled()) {
                const CommandId command = ++lastCommand;
                commands.restore(command, {operation.cause, operation.expectation, {}}, answers(operation));
                if (const auto event = commandEventOf(journal->database(), operation))
                    commands.told(command, event->number, event->object);
            }
        for (auto* observer : observers) guarded("restoring", [&] { observer->restored(*this); });
    }

    // One piece of work that throws is a mistake in the gateway, and must not end the ledger, which everybody else
    // needs: what it had not done is undone, its caller gets no answer, and the rest goes on.
    template <class Do>
    void guarded(const char* what, Do&& work) {
        try {
            work();
        } catch (const std::exception& error) {
            spdlog::error("{} ended by an exception, and the rest goes on: {}", what, error.what());
            committer.workFailed();
        }
    }

    void run() {
        checker.check();  // this thread is the owner
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
            guarded("the cutting of what is old", [this] { retention.cut(now(), steady()); });
            lock.lock();
        }
        lock.unlock();
        guarded("the answers at the end", [this] { queries.end(); });
        committer.lastTime();
        guarded("a commit", [this] { commit(); });
    }

    Steady::time_point nextDeadline() const {
        return std::min(
            {Steady::now() + (retention.next() - steady()), nextTick, commands.nextDeadline(), queries.nextDeadline()});
    }

    void tick() {
        nextTick = Steady::now() + tickEvery;
        for (auto* observer : observers) observer->tick(*this);
        queries.sweep();
        visibilities.sweep(number, journal->oldest());
        measure();
        if (!journal->changedByOthers()) return;
        queries.forget();  // an agent's data was erased
        if (committer.commit())
            if (const auto counted = operationsKept.countAgain(); !counted)
                spdlog::warn("{} Operations are counted as before.", counted.error().detail);
        spdlog::info(
            "another process wrote into the journal, as `deskline key`, `deskline revoke` and `deskline journal "
            "forget` "
            "do; the audit names the command. What is read again comes from the file");
    }

    void measure() {
        const auto sizes = retention.sizes();
        committer.measured(sizes.events, sizes.audit);
    }

    // What the present work led to: the gateway's own facts, and the answers to commands.
    void drain() {
        for (;;) {
            for (auto& due : commands.take())
                guarded("an answer", [&] {
                    if (due.answer)
                        due.answer({std::move(due.object), due.event ? std::optional(at(*due.event)) : std::nullopt,
                                    due.readAgain},
                                   *this);
                });
            if (tellings.empty()) return;
            auto fact = std::move(tellings.front());
            tellings.pop_front();
            guarded("a fact of the gateway's own", [&] { handle(fact); });
        }
    }

    void handle(Fact& fact) {
        checker.check();
        const auto attribution = [&](const Happened& is) { return commands.attribute(fact, is); };
        auto changes = apply(known, fact, number, attribution);
        starts.changed();
        for (auto& change : changes) {
            for (auto* observer : observers) observer->changed(*this, change);
            const auto command = change.command;
            publish(change, fact.time);
            if (command) commands.told(command, number, change.object.id);
        }
        commands.read(fact, known);
    }

    void publish(Change& change, Time time) {
        const bool passing = change.delivery == Delivery::ephemeral;
        if (!passing) ++number;
        const auto frame = frameOf(change, time, source, passing ? 0 : number, passing ? std::string() : cursor());
        if (!passing) {
            committer.add(frame);
            queries.heard(frame);
        }
        hub.frame(frame);
    }

    void handle(Transact& transact) { transact.work(*this); }

    void handle(Query& query) {
        afterCommit([this, read = std::move(query.read)] { read(known, cursor()); });
    }

    void handle(Attach& attach) { starts.attach(std::move(attach)); }

    void handle(Read& read) { queries.read(std::move(read.query), read.until, std::move(read.answer)); }

    void commit() {
        checker.check();
        queries.tellDue();
        (void)committer.commit();  // the gateway serves on
        committer.trim(number);
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

void Ledger::tellDurable(std::function<void(bool)> told) { thread_->committer.tellDurable(std::move(told)); }

void Ledger::start() {
    thread_->thread = std::thread([this] { thread_->run(); });
}

void Ledger::stop() {
    thread_->queries.stop();  // first, so that what it leaves is answered
    {
        const std::lock_guard lock(thread_->mutex);
        thread_->stopping = true;
    }
    thread_->wake.notify_one();
    if (thread_->thread.joinable()) thread_->thread.join();
}

CommandId Ledger::nextCommand() { return ++thread_->lastCommand; }
void Ledger::record(Fact fact) { thread_->post(std::move(fact)); }
void Ledger::transact(std::function<void(LedgerContext&)> work) { thread_->post(Transact{std::move(work)}); }
void Ledger::settle(CommandId command, Result<std::string> object, AnswerAfter after, Answer answer) {
    transact([=, object = std::move(object), answer = std::move(answer)](LedgerContext& ledger) {
        ledger.settle(command, object, after, answer);
    });
}
void Ledger::query(std::function<void(const State&, const std::string&)> read) {
    thread_->post(Query{std::move(read)});
}
void Ledger::attach(std::size_t shard, Subscription subscription, std::string cursor,
                    std::function<void(const SubscriptionStart&)> answer,
                    std::optional<std::weak_ptr<const void>> whose) {
    thread_->post(Attach{shard, std::move(subscription), std::move(cursor), std::move(answer), std::move(whose)});
}
void Ledger::read(HistoryQuery query, ToldPage answer) {
    const auto until = Steady::now() + query.wait;
    thread_->post(Read{std::move(query), until, std::move(answer)});
}
Readers& Ledger::readers() { return thread_->queries.readers(); }

Health Ledger::health() const { return thread_->committer.health(); }

}  // namespace deskline::events
