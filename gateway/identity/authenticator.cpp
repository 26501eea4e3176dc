#include "identity/authenticator.hpp"

#include <boost/asio/post.hpp>

namespace deskline::identity {

Authenticator::~Authenticator() { stop(); }

void Authenticator::stop() {
    slow_.stop();
    slow_.join();
    if (issuer_) issuer_->stop();
}

void Authenticator::identify(std::string credential, Time now, bool hurried, Done done) {
    if (looksLikeKey(credential)) return checkKey(std::move(credential), now, hurried, std::move(done));
    auto token = parseJwt(credential);
    if (!token) return done(token.error());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto unlessRevoked = [this, now, done = std::move(done)](Result<Identity> identity) {
        if (identity && !current(*identity, now)) return done(refusedToken("The tokens of " + identity->subject + " were revoked; sign in again."));
        done(std::move(identity));
    };
    const auto issuer = textAt(token->claims, "iss");
    if (issuer == localIssuer) return unlessRevoked(tokens_.verify(*token, seconds));
    if (issuer_ && issuer == issuer_->options().issuer) return issuer_->verify(std::move(*token), seconds, unlessRevoked);
    unlessRevoked(refusedToken("The token is of another issuer."));
}

void Authenticator::checkKey(std::string secret, Time now, bool hurried, Done done) {
    if (!keys_ || secret.size() > longestToken) return done(refusedToken("This is no key of this gateway."));
    if (auto known = keys_->known(secret, now)) return done(std::move(*known));
    if (hurried) return done(refusedToken("The key was not checked: too many from there were wrong."));
    if (++waiting_ > mostWaiting) {
        --waiting_;
        return done(Fault{"too-many-requests", "Too many keys are being checked just now."});
    }
    boost::asio::post(slow_, [this, secret = std::move(secret), now, done = std::move(done)] {
        auto identity = keys_->verify(secret, now);
        --waiting_;
        done(std::move(identity));
    });
}

Result<Identity> Authenticator::certificate(const std::vector<std::string>& names, Time now) {
    if (!keys_) return refusedToken("Client certificates stand for nobody here.");
    return keys_->certificate(names, now);
}

std::optional<Identity> Authenticator::current(const Identity& caller, Time now) const { return keys_ ? keys_->current(caller, now) : std::optional(caller); }

bool Authenticator::tick() {
    if (issuer_) issuer_->tick();
    if (keys_) keys_->reload();
    return keys_ && keys_->changed();
}

}  // namespace deskline::identity
