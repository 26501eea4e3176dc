// The identity provider whose tokens are accepted, and its public keys. The keys come from a file, an https address or
// discovery (OpenID Connect). They are fetched again in the background, and also, at most every 30 s, when a token
// names an unknown key. While the provider cannot be reached or the file cannot be read, the present keys stay valid.
// Source: OpenID Connect Discovery 1.0 §4, RFC 8414, RFC 7517. Thread: any.
#pragma once
#include <chrono>
#include <functional>
#include <mutex>

#include "identity/claims.hpp"
#include "identity/jwks.hpp"
#include "model/host_text.hpp"
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
        : options_(std::move(options)),
          fetch_(std::move(fetch)),
          file_(pathOf(options_.jwks), WatchedFile::Absent::never) {}

    const IssuerOptions& options() const { return options_; }
    Result<void> open();                               // at the start; a fault: the file of keys cannot be read
    void tick(Clock::time_point time = Clock::now());  // called about once a second: fetches what is due

    // Calls `done` at once where the present keys decide it, else after the keys were fetched again. `now`: seconds
    // since 1970.
    void verify(Jwt token, std::int64_t now, std::function<void(Result<Identity>)> done,
                Clock::time_point time = Clock::now());

    void stop();  // refuses the tokens that wait; nothing is fetched any more

    struct Health {
        std::size_t keys = 0;
        std::string fault;  // why the last fetch failed; "": it did not
    };
    Health health() const;
    bool fromFile() const;
    // Why a file of keys cannot be read, so that the keys may be out of date; or why there is no key from an address at
    // all. "": neither. While there are keys from an address, an outage is no fault: they stay valid.
    std::string fault() const;

private:
    using Waiting = std::vector<std::function<void()>>;

    std::optional<Result<Identity>> decide(const Jwt& token, std::int64_t now) const;  // absent: the key is not known
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
