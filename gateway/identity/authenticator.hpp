// Who a caller is, from what it shows: a token of the gateway's own or of the identity provider's, an API key, a client
// certificate. Thread: any; its own one for what takes long (scrypt).
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
        : tokens_(tokens), keys_(keys), issuer_(issuer) {}  // null: none
    ~Authenticator();
    void stop();  // drops the keys that wait to be hashed, and refuses the tokens that wait for the provider's keys

    // A bearer token or an API key; `done` may be called before this returns, or on any thread, once.
    // `address`: of its sender (model/address.hpp). `hurried`: nothing is tried that takes long, since its sender has
    // failed too often at what `claims` names. too-many-requests: it was not tried, and says nothing of the credential.
    void identify(std::string credential, Time now, const std::string& address, bool hurried, Done done);

    struct Claim {
        Shown what;
        std::string key = {};  // its id, where there is such a key
    };
    Claim claims(std::string_view credential) const;

    Result<Identity> certificate(const std::vector<std::string>& names, Time now);

    // What a caller who was somebody is by now; nothing: its key was revoked or has expired, or its tokens were.
    std::optional<Identity> current(const Identity& caller, Time now) const;

    // About once a second: keys, revocations and the provider's keys are read again where they have changed. True: keys
    // or revocations have, and open streams are to be asked again.
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
