// Events for a journal, and ways to read them back.
#pragma once
#include "unit/events/bench.hpp"

namespace deskline::events {

inline Visibility sightOf(const std::string& account) {
    Visibility visibility({}, {}, account);
    for (const auto kind : allKinds) visibility.give(kind, AccessLevel::all);
    return visibility;
}

// `count` events of all types from a number on, their times as their numbers.
inline std::vector<FramePtr> someEvents(std::uint64_t first, std::uint64_t count) {
    std::vector<FramePtr> frames;
    for (auto n = first; n < first + count; ++n)
        frames.push_back(makeFrame({.number = n,
                                    .time = static_cast<std::int64_t>(n),
                                    .kind = allKinds.at(n % 6),
                                    .subject = "/things/" + std::to_string(n % 50),
                                    .ownership = {AgentId(std::to_string(1'000 + n % 20)), {"Sales"}}},
                                   "{\"n\":" + std::to_string(n) + "}"));
    return frames;
}

inline std::future<Result<Page>> askedFor(Bench& bench, HistoryQuery query) {
    auto page = std::make_shared<std::promise<Result<Page>>>();
    auto future = page->get_future();
    bench.ledger.read(std::move(query), [page](const Result<Page>& answer) { page->set_value(answer); });
    return future;
}

inline Result<Page> pageOf(Bench& bench, HistoryQuery query) { return askedFor(bench, std::move(query)).get(); }

inline std::vector<std::uint64_t> numbersOf(const std::vector<FramePtr>& frames) {
    std::vector<std::uint64_t> numbers;
    numbers.reserve(frames.size());
    for (const auto& frame : frames) numbers.push_back(frame->number);
    return numbers;
}

}  // namespace deskline::events
