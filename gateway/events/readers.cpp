#include "events/readers.hpp"

#include <spdlog/spdlog.h>

#include <sqlite3.h>

namespace deskline::events {
namespace {

constexpr int instructionsBetweenLooks = 1'000;  // of SQLite's machine: how soon a statement hears of the end
// SQLite begins its log of changes anew only at a moment when nobody reads: without rests many who read would make it grow without end.
constexpr std::uint64_t stepsBetweenRests = 4;
constexpr auto rest = std::chrono::milliseconds(1);

Fault ending() { return {"shutting-down", "The gateway is shutting down; what it was asked for was not read."}; }

}  // namespace

Readers::Readers(std::filesystem::path journal) : journal_(std::move(journal)) {
    thread_ = std::thread([this] { run(); });
}

Readers::~Readers() { stop(); }

void Readers::ask(const std::string& account, Kind kind, Step step, Done done) {
    std::optional<Fault> refused;
    {
        const std::lock_guard lock(mutex_);
        const auto found = accounts_.find(account);
        const auto own = found == accounts_.end() ? 0 : found->second.requests;
        if (stopping_) {
            refused = ending();
        } else if (kind == Kind::request && (own >= mostOfOne || requests_ >= mostInAll)) {
            ++figures_.refused;
            refused = {"too-many-requests", own >= mostOfOne ? "As many readings of yours as may be under way at a time are not done yet."
                                                             : "As many readings as may be under way at a time are not done yet."};
            refused->retryAfter = 1;
        } else {
            auto& place = accounts_[account];
            if (place.readings.empty()) turns_.push_back(account);
            place.readings.push_back({kind, std::move(step), std::move(done)});
            ++figures_.present;
            if (kind == Kind::request) ++place.requests, ++requests_;
        }
    }
    if (refused) return done(*refused);  // NOLINT(bugprone-use-after-move): it was moved where it was not refused
    wake_.notify_one();
}

void Readers::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
    std::map<std::string, Account> left;
    {
        const std::lock_guard lock(mutex_);
        left.swap(accounts_);
        figures_.present = requests_ = 0;
    }
    for (auto& [account, place] : left)
        for (auto& reading : place.readings) reading.done(ending());
}

Readers::Figures Readers::figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

void Readers::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !turns_.empty(); });
        if (figures_.steps % stepsBetweenRests == 0 && figures_.steps > 0) wake_.wait_for(lock, rest, [this] { return stopping_.load(); });
        if (stopping_) break;
        const auto account = std::move(turns_.front());
        turns_.pop_front();
        const auto& step = accounts_[account].readings.front().step;  // stays where it is while others queue behind it
        lock.unlock();
        const auto more = advance(step);
        lock.lock();
        ++figures_.steps;
        if (stopping_) break;  // it is answered with those that wait
        if (more && *more) {
            turns_.push_back(account);
            continue;
        }
        const auto over = take(account);
        lock.unlock();
        tell(over, more ? Result<void>() : more.error());
        lock.lock();
        --figures_.present;
    }
    lock.unlock();
    database_.reset();
}

// Who cannot be told, for want of memory, is told again soon: nobody else is asked meanwhile.
void Readers::tell(const Reading& over, const Result<void>& how) {
    for (;;) try {
            return over.done(how);
        } catch (const std::bad_alloc&) {
            std::this_thread::sleep_for(rest);
        }
}

Readers::Reading Readers::take(const std::string& account) {
    auto& place = accounts_[account];
    auto over = std::move(place.readings.front());
    place.readings.pop_front();
    if (over.kind == Kind::request) --place.requests, --requests_;
    if (place.readings.empty())
        accounts_.erase(account);
    else
        turns_.push_back(account);
    return over;
}

Result<bool> Readers::advance(const Step& step) {
    try {
        auto more = step([this] { return open(); });
        if (!more && more.error().slug == "journal-fault") database_.reset();  // the next opens it again
        return more;
    } catch (const std::exception& error) {
        spdlog::error("a reading of the journal failed by exception: {}", error.what());
        return Fault{"internal", "The reading failed."};
    }
}

Result<Database*> Readers::open() {
    if (database_) return database_.get();
    if (journal_.empty()) return Fault{"journal-fault", "The journal cannot be had: there is nothing to read."};
    auto database = std::make_unique<Database>();
    bool damaged = false;
    if (auto opened = database->open(journal_, Database::Access::read, Database::Durability::normal, damaged); !opened) return opened.error();
    sqlite3_progress_handler(
        database->handle(), instructionsBetweenLooks, [](void* stopping) { return static_cast<std::atomic<bool>*>(stopping)->load() ? 1 : 0; }, &stopping_);
    database_ = std::move(database);
    return database_.get();
}

}  // namespace deskline::events
