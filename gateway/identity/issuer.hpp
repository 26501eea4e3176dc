// The identity provider: whose tokens are believed, and its public keys. They come from a file or an https address, or
// by discovery (OpenID Connect); they are fetched again in the background, and once more, at most every 30 s, when a
// token names a key that is not known. While the provider cannot be reached, or the file cannot be read, the keys that
// are there stay good. Source: OpenID Connect Discovery 1.0 §4, RFC 8414, RFC 7517. Thread: any.
#pragma once
#include <chrono>
#include <functional>
#include <mutex>

#include "identity/claims.hpp"
#include "identity/jwks.hpp"
#include "model/watched_file.hpp"

namespace deskline::identity {

// Gets an https address; the answer may come on any thread, once.
using Fetch = std::function<void(const std::string& url, std::function<void(Result<std::string>)> done)>;

struct IssuerOptions {
    std::string issuer, audience;
    std::string jwks;  // file or https address; "": by discovery
    std::chrono::seconds refresh{600};
    ClaimMap claims;
};

class Issuer {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr auto again = std::chrono::seconds(30);  // after a failure, or for an unknown key
    static constexpr std::size_t mostWaiting = 1'000;  // tokens that wait for keys; those beyond are refused at once

    Issuer(IssuerOptions options, Fetch fetch)
        : options_(std::move(options)), fetch_(std::move(fetch)), file_(options_.jwks, WatchedFile::Absent::never) {}

    const IssuerOptions& options() const { return options_; }
    Result<void> open();  // at the start: a file of keys that cannot be read is a reason not to begin
    void tick(Clock::time_point time = Clock::now());  // about once a second: fetches what is due

    // `done` at once where the keys that are there decide it; else after they were fetched again.
    void verify(Jwt token, std::int64_t now, std::function<void(Result<Identity>)> done,
                Clock::time_point time = Clock::now());

    void stop();  // those who wait are refused, nothing is fetched any more

    struct Health {
        std::size_t keys = 0;
        std::string fault;  // why the last fetch failed; "": it did not
    };
    Health health() const;
    bool fromFile() const;
    // Why a file of keys may have others by now, or why from an address there is no key at all; "": neither. An outage
    // while there are keys is none of this: they stay good.
    std::string fault() const;

private:
    using Waiting = std::vector<std::function<void()>>;

    std::optional<Result<Identity>> decide(const Jwt& token, std::int64_t now) const;  // nothing: the key is not known
    void refresh(Clock::time_point time);
    void readFile();
    void discover();
    void fetchKeys(const std::string& url);
    void fetched(const Result<std::string>& text);

    const IssuerOptions options_;
    const Fetch fetch_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Jwks> keys_;
    std::string fault_;
    bool fetching_ = false, stopped_ = false;
    std::optional<Clock::time_point> tried_;  // when the last fetch began
    Clock::time_point due_{};
    WatchedFile file_;
    Waiting waiting_;
};

}  // namespace deskline::identity
