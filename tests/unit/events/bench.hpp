// A ledger with a journal in a folder of its own, for tests of events/ and of the state that the API keeps in it.
#pragma once
#include <catch2/catch.hpp>

#include <filesystem>
#include <future>

#include "events/ledger.hpp"
#include "model/values_json.hpp"
#include "unit/folder.hpp"

namespace deskline::events {

inline constexpr auto day = std::chrono::hours(24);

using tests::Folder;

// Opens the journal in this file; empty: in a temporary file, removed after the tests.
inline std::unique_ptr<Journal> journalIn(const std::filesystem::path& file, std::uint64_t bytes = 1ULL << 30) {
    static const Folder passing;
    auto journal =
        Journal::open({.path = file.empty() ? passing.path / (randomId(6) + ".db") : file, .retentionBytes = bytes});
    REQUIRE(journal.has_value());
    return std::move(*journal);
}

inline AgentSession someSession(const SessionId& id, const AgentId& agent) {
    return {.id = id,
            .agent = agent,
            .acdGroup = "Sales",
            .address = "Line 1",
            .state = SessionState::not_ready,
            .since = now(),
            .startedAt = now()};
}

// A ledger with one shard; the test drains its inbox itself.
struct Bench {
    Hub hub;
    std::size_t shard = hub.add([] {});
    Ledger ledger;
    explicit Bench(std::unique_ptr<Journal> journal) : ledger("test", std::move(journal), hub) { ledger.start(); }
    // With observers and clocks; the test starts the ledger.
    Bench(std::unique_ptr<Journal> journal, Clock clock, Ticks ticks = std::chrono::steady_clock::now)
        : ledger("test", std::move(journal), hub, std::move(clock), std::move(ticks)) {}

    std::vector<FramePtr> frames() {
        settle();
        std::vector<FramePtr> all;
        for (auto& item : hub.inbox(shard).drain()) {
            if (auto* frame = std::get_if<FramePtr>(&item))
                all.push_back(*frame);
            else
                std::get<Work>(item)();
        }
        return all;
    }
    // Waits until everything recorded before is in the journal and in the inbox. Answers come after the commit, and the
    // flush after the answers, so it asks twice.
    void settle() {
        for (int i = 0; i < 2; ++i) {
            std::promise<void> done;
            ledger.query([&](const State&, const std::string&) { done.set_value(); });
            done.get_future().wait();
        }
    }
};

inline boost::json::object data(const FramePtr& frame) {
    return boost::json::parse(frame->text).at("data").as_object();
}

// Runs work on the ledger's thread, and returns its result once its changes are durable.
template <class Work>
auto inLedger(Ledger& ledger, Work work) {
    std::promise<decltype(work(std::declval<LedgerContext&>()))> done;
    ledger.transact([&](LedgerContext& context) {
        auto value = std::make_shared<decltype(work(context))>(work(context));
        context.afterCommit([&done, value] { done.set_value(std::move(*value)); });
    });
    return done.get_future().get();
}

}  // namespace deskline::events
