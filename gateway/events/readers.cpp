#include "events/readers.hpp"

#include <spdlog/spdlog.h>

#include <sqlite3.h>

namespace deskline::events {
namespace {

constexpr int instructionsBetweenLooks = 1'000;  // of SQLite's machine: how soon a statement hears of the end
// SQLite begins its log of changes anew only at a moment when nobody reads: without rests many who read would make it
// grow without end.
constexpr std::uint64_t stepsBetweenRests = 4;
constexpr auto rest = std::chrono::milliseconds(1);

Fault ending() { return {"shutting-down", "The gateway is shutting down; what it was asked for was not read."}; }

}  // namespace

Readers::Readers(std::filesystem::path journal) : journal_(std::move(journal)) {
    thread_ = std::thread([this] { run(); });
}

Readers::~Readers() { stop(); }

void Readers::Places::leave(const std::string& account) {
    const std::lock_guard lock(mutex);
    const auto own = ofOne.find(account);
    if (--own->second == 0) ofOne.erase(own);
    --inAll;
}

Result<Readers::Place> Readers::enter(const std::string& account) {
    {
        const std::lock_guard lock(places_->mutex);
        auto& own = places_->ofOne[account];
        if (own >= mostOfOne || places_->inAll >= mostInAll) {
            ++places_->refused;
            Fault refused{"too-many-requests",
                          own >= mostOfOne ? "As many readings of yours as may be under way at a time are not done yet."
                                           : "As many readings as may be under way at a time are not done yet."};
            refused.retryAfter = 1;
            if (own == 0) places_->ofOne.erase(account);
            return refused;
        }
        ++own;
        ++places_->inAll;
    }
    return Place(places_.get(), [places = places_, account](const void*) { places->leave(account); });
}

void Readers::ask(const std::string& account, Kind kind, Step step, Done done) {
    Place place;
    if (kind == Kind::request) {
        auto entered = enter(account);
        if (!entered) return done(entered.error());
        place = std::move(*entered);
    }
    std::unique_lock lock(mutex_);
    if (stopping_) {
        lock.unlock();
        return done(ending());
    }
    auto& readings = accounts_[account];
    if (readings.empty()) turns_.push_back(account);
    readings.push_back({std::move(place), std::move(step), std::move(done)});
    ++figures_.present;
    lock.unlock();
    wake_.notify_one();
}

void Readers::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
    std::map<std::string, std::deque<Reading>> left;
    {
        const std::lock_guard lock(mutex_);
        left.swap(accounts_);
        figures_.present = 0;
    }
    for (auto& [account, readings] : left)
        for (auto& reading : readings) reading.done(ending());
}

Readers::Figures Readers::figures() const {
    const std::scoped_lock lock(mutex_, places_->mutex);
    auto figures = figures_;
    figures.refused = places_->refused;
    return figures;
}

void Readers::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !turns_.empty(); });
        if (figures_.steps % stepsBetweenRests == 0 && figures_.steps > 0)
            wake_.wait_for(lock, rest, [this] { return stopping_.load(); });
        if (stopping_) break;
        const auto account = std::move(turns_.front());
        turns_.pop_front();
        const auto& step = accounts_[account].front().step;  // stays where it is while others queue behind it
        lock.unlock();
        const auto more = advance(step);
        lock.lock();
        ++figures_.steps;
        if (stopping_) break;  // it is answered with those that wait
        if (more && *more) {
            turns_.push_back(account);
            continue;
        }
        auto over = take(account);
        lock.unlock();
        over.place.reset();  // whoever hears of it may ask again
        tell(over, more ? Result<void>() : more.error());
        lock.lock();
        --figures_.present;
    }
    lock.unlock();
    database_.reset();
}

// Where there is no memory to tell how a reading went, it is tried again soon, and no other reading goes on meanwhile.
void Readers::tell(const Reading& over, const Result<void>& how) {
    for (;;) try {
            return over.done(how);
        } catch (const std::bad_alloc&) {
            std::this_thread::sleep_for(rest);
        }
}

Readers::Reading Readers::take(const std::string& account) {
    auto& readings = accounts_[account];
    auto over = std::move(readings.front());
    readings.pop_front();
    if (readings.empty())
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
    if (auto opened = database->open(journal_, Database::Access::read, Database::Durability::normal, damaged); !opened)
        return opened.error();
    sqlite3_progress_handler(
        database->handle(), instructionsBetweenLooks,
        [](void* stopping) { return static_cast<std::atomic<bool>*>(stopping)->load() ? 1 : 0; }, &stopping_);
    database_ = std::move(database);
    return database_.get();
}

}  // namespace deskline::events
