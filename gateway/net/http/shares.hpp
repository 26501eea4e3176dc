// How much of something each account has at a time (streams that are open, bytes that wait to be read): so much and no
// more, each share counted once, for as long as it is held. Thread: any.
#pragma once
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace deskline::net {

class Shares {
    using Held = std::map<std::string, std::size_t>;  // as many accounts as hold something

public:
    // Given back when it is destroyed. Must not outlive all shares.
    class Share {
    public:
        Share(Share&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), account_(other.account_), amount_(other.amount_) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(account_, other.account_);
            std::swap(amount_, other.amount_);
            return *this;
        }
        ~Share() {
            if (of_) of_->giveBack(account_, amount_);
        }
        const std::string& account() const { return account_->first; }

    private:
        friend Shares;
        Share(Shares& of, Held::iterator account, std::size_t amount) : of_(&of), account_(account), amount_(amount) {}

        Shares* of_;
        Held::iterator account_;
        std::size_t amount_;
    };

    explicit Shares(std::size_t each = 0) : each_(each) {}  // 0: no bound

    std::size_t each() const { return each_; }
    // Nothing: the account would have more than it may. An account that holds nothing gets what it asks for, however
    // much.
    std::optional<Share> take(const std::string& account, std::size_t amount = 1) {
        const std::lock_guard lock(mutex_);
        const auto own = held_.try_emplace(account, 0).first;
        if (each_ > 0 && own->second > 0 && own->second + amount > each_) return std::nullopt;
        own->second += amount;
        return Share(*this, own, amount);
    }
    std::size_t accounts() const {
        const std::lock_guard lock(mutex_);
        return held_.size();
    }

private:
    void giveBack(Held::iterator account, std::size_t amount) noexcept {
        const std::lock_guard lock(mutex_);
        account->second -= amount;
        if (account->second == 0) held_.erase(account);
    }

    const std::size_t each_;
    mutable std::mutex mutex_;
    Held held_;
};

}  // namespace deskline::net
