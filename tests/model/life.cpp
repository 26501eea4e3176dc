#include "life.hpp"

#include <openssl/rand.h>
#include <sqlite3.h>
#include <unistd.h>

#include <future>
#include <random>

namespace deskline::model {
namespace {

std::atomic<bool> writesFail{false};
std::mt19937_64 drawn;
std::mutex drawing;

ssize_t writeOrFail(int file, const void* bytes, std::size_t count, off_t at) {
    if (!writesFail) return pwrite(file, bytes, count, at);
    errno = ENOSPC;
    return -1;
}

int drawBytes(unsigned char* bytes, int count) {
    const std::lock_guard lock(drawing);
    for (int i = 0; i < count; ++i) bytes[i] = static_cast<unsigned char>(drawn());
    return 1;
}
int ready() { return 1; }

const identity::Tokens& tokensIn(const std::filesystem::path& folder) {
    static const auto tokens = std::move(*identity::Tokens::open(folder.parent_path() / "model-key.pem", "deskline"));
    return *tokens;
}

std::unique_ptr<events::Journal> journalIn(const std::filesystem::path& folder, bool lacksEvents) {
    sqlite3_initialize();
    auto* files = sqlite3_vfs_find(nullptr);
    files->xSetSystemCall(files, "pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(writeOrFail));
    files->xSetSystemCall(files, "pwrite", reinterpret_cast<sqlite3_syscall_ptr>(writeOrFail));
    auto journal = events::Journal::open({.path = folder / "journal.db", .lacksEvents = lacksEvents});
    if (!journal) throw std::runtime_error(journal.error().detail);
    return std::move(*journal);
}

}  // namespace

void failWrites(bool fail) { writesFail = fail; }

void seedRandom(std::uint64_t seed) {
    static const RAND_METHOD method{nullptr, drawBytes, nullptr, nullptr, drawBytes, ready};
    static const bool set = RAND_set_rand_method(&method) == 1;
    (void)set;
    drawn.seed(seed);
}

Life::Life(const std::filesystem::path& folder, Acd& acd, bool lacksEvents)
    : ledger_(
          "model",
          [&] {
              auto journal = journalIn(folder, lacksEvents);
              journal_ = journal.get();
              return journal;
          }(),
          hub_),
      keys_(folder / "keys.json"),
      authenticator_(tokensIn(folder), &keys_, nullptr),
      services_(ledger_, &acd, nullptr, authenticator_,
                {.name = "model",
                 .journal = folder / "journal.db",
                 .presence = {std::chrono::seconds(30), std::chrono::seconds(300)}},
                [](const auto&, const auto&) {}),
      context_{.api = services_.context, .shards = shards_, .tls = net::TlsContext(), .queueLimit = 24'000} {
    if (const auto opened = keys_.open(); !opened) throw std::runtime_error(opened.error().detail);
    keys_.changed();
    ledger_.start();
}

Life::~Life() {
    services_.draining = true;
    ledger_.stop();
    shard_.stop();
}

source::Report Life::report() {
    return [this](Fact fact) { ledger_.record(std::move(fact)); };
}

// An answer comes after a commit, and its consequences after the next one, so it takes rounds until two bring nothing.
std::vector<events::FramePtr> Life::settle() {
    std::vector<events::FramePtr> told;
    for (int quiet = 0; quiet < 2;) {
        std::promise<void> done;
        ledger_.query([&](const events::State&, const std::string&) { done.set_value(); });
        done.get_future().wait();
        const bool reading = ledger_.readers().figures().present > 0;  // on a thread of their own
        if (reading) std::this_thread::yield();
        const bool moved = ring() || reading;
        auto fresh = this->told();
        quiet = moved || !fresh.empty() ? 0 : quiet + 1;
        told.insert(told.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
    }
    return told;
}

// The witness is first in the hub, so it has every frame before a client can have it.
std::vector<events::FramePtr> Life::told() {
    std::vector<events::FramePtr> told;
    for (auto& item : hub_.inbox(witness_).drain()) {
        if (auto* frame = std::get_if<events::FramePtr>(&item))
            told.push_back(std::move(*frame));
        else
            std::get<events::Work>(item)();
    }
    return told;
}

bool Life::turn() {
    shard_.io().restart();
    return shard_.io().poll() > 0;
}

events::SubscriptionStart Life::attach(const events::Subscription& subscription, const std::string& cursor) {
    std::optional<events::SubscriptionStart> got;
    ledger_.attach(witness_, subscription, cursor, [&](const events::SubscriptionStart& start) { got = start; });
    while (!got) settle();
    return *got;
}

Life::Kept Life::kept() {
    std::promise<Kept> done;
    ledger_.transact([&](events::LedgerContext&) { done.set_value(filed()); });
    return done.get_future().get();
}

Life::Kept Life::filed() const {
    events::Statement first(journal_->database(), "SELECT MIN(number) FROM events");
    const auto number = first.row() ? static_cast<std::uint64_t>(first.number(0)) : 0;
    return {journal_->oldest() - 1, journal_->newest(), number ? number : journal_->newest() + 1, journal_->epoch(),
            ledger_.health().durable};
}

Life::Kept Life::stop() {
    services_.draining = true;
    ledger_.stop();
    return filed();
}

void Life::reauthenticate() {
    if (authenticator_.tick()) shard_.reauthenticate();
}

api::Later Life::later() {
    return [this](std::chrono::milliseconds after, std::function<void()> ring) -> api::Timer {
        auto alarm = std::make_shared<Alarm>(Alarm{std::chrono::steady_clock::now() + after, std::move(ring)});
        alarms_.push_back(alarm);
        return alarm;
    };
}

bool Life::ring() {
    std::vector<std::shared_ptr<Alarm>> due;
    std::erase_if(alarms_, [&](const auto& weak) {
        const auto alarm = weak.lock();
        if (alarm && alarm->at > std::chrono::steady_clock::now()) return false;
        if (alarm) due.push_back(alarm);
        return true;
    });
    for (const auto& alarm : due) alarm->ring();
    return !due.empty();
}

}  // namespace deskline::model
