#include "identity/authenticator.hpp"

#include <boost/asio/post.hpp>

namespace deskline::identity {

Authenticator::~Authenticator() { stop(); }

void Authenticator::stop() {
    slow_.stop();
    slow_.join();
    if (issuer_) issuer_->stop();
}

void Authenticator::identify(std::string credential, Time now, const std::string& address, bool hurried, Done done) {
    if (looksLikeKey(credential)) return checkKey(std::move(credential), now, address, hurried, std::move(done));
    auto token = parseJwt(credential);
    if (!token) return done(token.error());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto unlessRevoked = [this, now, done = std::move(done)](Result<Identity> identity) {
        if (!identity) return done(std::move(identity));
        auto is = current(*identity, now);
        done(is ? Result<Identity>(std::move(*is))
                : refusedToken("The tokens of " + identity->subject + " were revoked; sign in again."));
    };
    const auto issuer = textAt(token->claims, "iss");
    if (issuer == localIssuer) return unlessRevoked(tokens_.verify(*token, seconds));
    if (issuer_ && issuer == issuer_->options().issuer)
        return issuer_->verify(std::move(*token), seconds, unlessRevoked);
    unlessRevoked(refusedToken("The token is of another issuer."));
}

Authenticator::Claim Authenticator::claims(std::string_view credential) const {
    if (!looksLikeKey(credential)) return {Shown::token};
    auto key = keys_ ? keys_->claimed(credential) : std::nullopt;
    return key ? Claim{Shown::key, std::move(*key)} : Claim{Shown::unknown_key};
}

void Authenticator::checkKey(std::string secret, Time now, const std::string& address, bool hurried, Done done) {
    if (!keys_ || secret.size() > longestToken) return done(refusedToken("This is no key of this gateway."));
    if (auto known = keys_->known(secret, now)) return done(std::move(*known));
    auto key = keys_->claimed(secret);
    if (!key) return done(refusedToken("This is no key of this gateway; `deskline key list` shows which there are."));
    const auto notTried = [&](std::string why) {
        Fault fault{"too-many-requests", std::move(why)};
        fault.retryAfter = 1;
        done(std::move(fault));
    };
    if (hurried) return notTried("The key was not checked: too many secrets from there were wrong for it.");
    if (!checks_.begin(*key, address)) return notTried("Too many keys are being checked just now.");
    try {
        boost::asio::post(slow_, [this, secret = std::move(secret), key = *key, address, now, done = std::move(done)] {
            std::optional<Result<Identity>> identity;
            try {
                identity.emplace(keys_->verify(secret, now));
            } catch (const std::exception&) {  // scrypt lacks memory
            }
            checks_.end(key, address);
            try {
                if (identity) done(std::move(*identity));
            } catch (const std::bad_alloc&) {
            }
        });                            // who could not be answered is told so when `done` goes
    } catch (const std::bad_alloc&) {  // its place is for others
        checks_.end(*key, address);
        throw;
    }
}

Result<Identity> Authenticator::certificate(const std::vector<std::string>& names, Time now) {
    if (!keys_) return refusedToken("Client certificates stand for nobody here.");
    return keys_->certificate(names, now);
}

std::optional<Identity> Authenticator::current(const Identity& caller, Time now) const {
    return keys_ ? keys_->current(caller, now) : std::optional(caller);
}

bool Authenticator::tick() {
    if (issuer_) issuer_->tick();
    if (keys_) keys_->reload();
    return keys_ && keys_->changed();
}

}  // namespace deskline::identity
