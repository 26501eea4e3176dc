// Finds out who a caller is, by its credential: a token of the gateway or of the identity provider, an API key, or a
// client certificate. Thread: any; it has one of its own for slow work (scrypt).
#pragma once
#include <boost/asio/thread_pool.hpp>

#include "identity/checks.hpp"
#include "identity/issuer.hpp"
#include "identity/keys.hpp"
#include "identity/throttle.hpp"
#include "identity/tokens.hpp"

namespace deskline::identity {

class Authenticator {
public:
    using Done = std::function<void(Result<Identity>)>;

    Authenticator(const Tokens& tokens, Keys* keys, Issuer* issuer)
        : tokens_(tokens), keys_(keys), issuer_(issuer) {}  // null: there are none
    ~Authenticator();
    void stop();  // drops the keys that wait to be hashed, refuses the tokens that wait for the provider's keys

    // A bearer token or an API key; `done` may be called before this returns, or on any thread, once.
    // `address`: the sender's (model/address.hpp). `hurried`: no slow check is made, since the sender has failed too
    // often at what `claims` names. Fault too-many-requests: the credential was not checked and may be right or wrong.
    void identify(std::string credential, Time now, const std::string& address, bool hurried, Done done);

    struct Claim {
        Shown what;
        std::string key = {};  // the key's id, where such a key exists
    };
    Claim claims(std::string_view credential) const;

    Result<Identity> certificate(const std::vector<std::string>& names, Time now);

    // The present identity of a caller that was identified before; absent: its key or its tokens were revoked or have
    // expired.
    std::optional<Identity> current(const Identity& caller, Time now) const;

    // Called about once a second: reads keys, revocations and the provider's keys again where they have changed. True:
    // keys or revocations have changed, and open streams must be checked again.
    bool tick();

    std::vector<Key> keys() const { return keys_ ? keys_->all() : std::vector<Key>(); }
    std::map<std::string, Time> takeKeyUses() { return keys_ ? keys_->takeUses() : std::map<std::string, Time>(); }
    const Issuer* issuer() const { return issuer_; }

private:
    void checkKey(std::string secret, Time now, const std::string& address, bool hurried, Done done);

    const Tokens& tokens_;
    Keys* keys_;
    Issuer* issuer_;
    Checks checks_;
    boost::asio::thread_pool slow_{1};
};

}  // namespace deskline::identity
