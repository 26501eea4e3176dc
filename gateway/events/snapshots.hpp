// Snapshots at the present cursor, each made once for all who ask with the same subscription. Void with the next event.
// As many are kept as there is room for; beyond that a snapshot is made for the one who asks, and not kept. Thread: the
// ledger's.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "events/subscription.hpp"

namespace deskline::events {

class Snapshots {
public:
    using Text = std::shared_ptr<const std::string>;
    // mostBytes: of the snapshots and of the filters that they were made for.
    static constexpr std::size_t most = 256, mostBytes = 32 << 20;

    template <class Make>
    Text of(const Subscription& subscription, Make make) {
        if (const auto known = kept_.find(subscription); known != kept_.end()) return known->second;
        auto text = std::make_shared<const std::string>(make());
        const auto bytes = text->size() + sizeOf(subscription);
        if (kept_.size() < most && bytes_ + bytes <= mostBytes) {
            kept_.emplace(subscription, text);
            bytes_ += bytes;
        }
        return text;
    }
    void clear() {
        kept_.clear();
        bytes_ = 0;
    }
    std::size_t size() const { return kept_.size(); }
    std::size_t bytes() const { return bytes_; }

private:
    static std::size_t sizeOf(const Subscription& subscription) {
        // Of its visibility no more than fits into a token.
        auto bytes = sizeof(Subscription) + subscription.subject.size() + (8 << 10);
        for (const auto& topic : subscription.topics) bytes += topic.size() + 64;
        if (subscription.only)
            for (const auto& agent : *subscription.only) bytes += agent.size() + 64;
        return bytes;
    }

    std::map<Subscription, Text> kept_;
    std::size_t bytes_ = 0;
};

}  // namespace deskline::events
