#include "identity/issuer.hpp"

#include <spdlog/spdlog.h>

namespace deskline::identity {
namespace {

bool isAddress(const std::string& text) { return text.starts_with("https://"); }

}  // namespace

bool Issuer::fromFile() const { return !options_.jwks.empty() && !isAddress(options_.jwks); }

void Issuer::tick(Clock::time_point time) {
    if (fromFile()) return readFile();
    {
        const std::lock_guard lock(mutex_);
        if (fetching_ || time < due_) return;
    }
    refresh(time);
}

void Issuer::refresh(Clock::time_point time) {
    {
        const std::lock_guard lock(mutex_);
        if (stopped_ || std::exchange(fetching_, true)) return;
        tried_ = time;
        due_ = time + options_.refresh;
    }
    options_.jwks.empty() ? discover() : fetchKeys(options_.jwks);
}

void Issuer::readFile() {
    std::optional<std::string> text;
    {
        const std::lock_guard lock(mutex_);
        text = file_.news();
    }
    if (text) fetched(std::move(*text));
}

Result<void> Issuer::open() {
    if (!fromFile()) return {};
    readFile();
    const std::lock_guard lock(mutex_);
    return file_.fault().empty() ? Result<void>() : Fault{"configuration", "[identity] jwks: " + file_.fault()};
}

std::string Issuer::fault() const {
    const std::lock_guard lock(mutex_);
    if (fromFile()) return file_.fault().empty() ? fault_ : file_.fault();
    if (keys_ || fault_.empty()) return {};  // neither: they are being fetched, and tokens wait for them
    const auto none = "There are no keys of " + options_.issuer + ", so its tokens are refused; it is asked again. ";
    return none + fault_ + " Look whether the provider answers, and at [identity] issuer, jwks and authorities.";
}

void Issuer::discover() {
    auto url = options_.issuer;
    while (url.ends_with('/')) url.pop_back();
    fetch_(url + "/.well-known/openid-configuration", [this](const Result<std::string>& text) {
        if (!text) return fetched(text.error());
        const auto document = parseStrictly(*text);
        if (!document || textAt(*document, "issuer") != options_.issuer)
            return fetched(Fault{"configuration", "Discovery at " + options_.issuer + " answered for another issuer."});
        const auto keys = textAt(*document, "jwks_uri");
        if (!isAddress(keys))
            return fetched(Fault{"configuration", "Discovery at " + options_.issuer + " names no https jwks_uri."});
        fetchKeys(keys);
    });
}

void Issuer::fetchKeys(const std::string& url) {
    fetch_(url, [this](const Result<std::string>& text) { fetched(text); });
}

void Issuer::fetched(const Result<std::string>& text) {
    auto keys = text ? parseJwks(*text) : Result<Jwks>(text.error());
    Waiting waiting;
    {
        const std::lock_guard lock(mutex_);
        fetching_ = false;
        if (keys) {
            if (!fault_.empty() || !keys_ || keys_->size() != keys->size())
                spdlog::info("identity: {} keys of {}", keys->size(), options_.issuer);
            keys_ = std::make_shared<const Jwks>(std::move(*keys));
            fault_.clear();
        } else {
            if (fault_ != keys.error().detail)
                spdlog::error("identity: the keys of {} could not be had; {}. {}", options_.issuer,
                              keys_ ? "those from before stay good" : "its tokens are refused", keys.error().detail);
            fault_ = keys.error().detail;
            if (tried_) due_ = std::min(due_, *tried_ + again);
        }
        waiting = std::exchange(waiting_, {});
    }
    for (const auto& go : waiting) go();
}

std::optional<Result<Identity>> Issuer::decide(const Jwt& token, std::int64_t now) const {
    std::shared_ptr<const Jwks> keys;
    {
        const std::lock_guard lock(mutex_);
        keys = keys_;
    }
    if (!keys) return std::nullopt;
    const VerificationKey* key = nullptr;
    switch (find(*keys, token, key)) {
        case Found::unknown: return std::nullopt;
        case Found::unnamed: return refusedToken("The token names no key (kid), and its issuer has several.");
        case Found::key: break;
    }
    if (auto fits = checkSignature(token, key->key); !fits) return Result<Identity>(fits.error());
    auto identity = readClaims(token.claims, {options_.issuer, options_.audience}, options_.claims, now);
    if (identity) identity->proof = Proof::issuer_token;
    return identity;
}

void Issuer::verify(Jwt token, std::int64_t now, std::function<void(Result<Identity>)> done, Clock::time_point time) {
    if (auto decided = decide(token, now)) return done(std::move(*decided));
    if (fromFile()) readFile();
    const auto afterwards = [this, token = std::move(token), now, done = std::move(done)](bool asked) {
        if (auto decided = decide(token, now)) return done(std::move(*decided));
        if (asked && health().fault.empty())
            return done(refusedToken("The token was signed with a key that its issuer does not publish."));
        const auto* why = "The keys of the token's issuer could not be had just now; try again shortly.";
        done(fromFile()
                 ? refusedToken(why)
                 : Fault{"resource-unavailable", why});  // nobody could look at it: that says nothing of the token
    };
    bool begin = false, wait = false, asked = false;  // asked: its keys are as new as they may be
    {
        const std::lock_guard lock(mutex_);
        begin = !fromFile() && !fetching_ && !stopped_ && (!tried_ || time - *tried_ >= again);
        wait = !stopped_ && (fetching_ || begin) && waiting_.size() < mostWaiting;
        if (wait) waiting_.push_back([afterwards] { afterwards(true); });
        asked = fromFile() || stopped_ || !fetching_;
    }
    if (begin) refresh(time);
    if (!wait) afterwards(asked);
}

void Issuer::stop() {
    Waiting waiting;
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        waiting = std::exchange(waiting_, {});
    }
    for (const auto& go : waiting) go();
}

Issuer::Health Issuer::health() const {
    const std::lock_guard lock(mutex_);
    return {keys_ ? keys_->size() : 0, fault_.empty() ? file_.fault() : fault_};
}

}  // namespace deskline::identity
