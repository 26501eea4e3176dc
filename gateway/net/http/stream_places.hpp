// How many streams each account has open, of every kind together: so many at a time, each counted once, for as long as its place is held.
// Thread: any.
#pragma once
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace deskline::net {

class StreamPlaces {
    using Open = std::map<std::string, std::size_t>;  // as many accounts as have streams

public:
    // One stream's; given back when it goes, however the stream ends. Must not outlive the places.
    class Place {
    public:
        Place(Place&& other) noexcept : of_(std::exchange(other.of_, nullptr)), account_(other.account_) {}
        Place& operator=(Place&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(account_, other.account_);
            return *this;
        }
        ~Place() {
            if (of_) of_->left(account_);
        }
        const std::string& account() const { return account_->first; }

    private:
        friend StreamPlaces;
        Place(StreamPlaces& of, Open::iterator account) : of_(&of), account_(account) {}

        StreamPlaces* of_;
        Open::iterator account_;
    };

    explicit StreamPlaces(std::size_t each = 0) : each_(each) {}  // 0: no bound

    std::size_t each() const { return each_; }
    std::optional<Place> take(const std::string& account) {  // nothing: it has as many as it may
        const std::lock_guard lock(mutex_);
        const auto own = open_.try_emplace(account, 0).first;
        if (each_ > 0 && own->second >= each_) return std::nullopt;
        ++own->second;
        return Place(*this, own);
    }
    std::size_t accounts() const {
        const std::lock_guard lock(mutex_);
        return open_.size();
    }

private:
    void left(Open::iterator account) noexcept {
        const std::lock_guard lock(mutex_);
        if (--account->second == 0) open_.erase(account);
    }

    const std::size_t each_;
    mutable std::mutex mutex_;
    Open open_;
};

}  // namespace deskline::net
