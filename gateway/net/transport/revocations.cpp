#include "net/transport/revocations.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <vector>

namespace deskline::net {
namespace {

std::string nameOf(X509* authority) {
    char text[256] = {};
    X509_NAME_oneline(X509_get_subject_name(authority), text, sizeof text);
    return text;
}

bool isOf(X509_CRL* crl, X509* authority) {
    return X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(authority)) == 0 &&
           X509_CRL_verify(crl, X509_get0_pubkey(authority)) == 1;
}

}  // namespace

std::string withoutRevocations(X509_STORE* store) {
    std::vector<X509*> authorities;
    std::vector<X509_CRL*> crls;
    auto* const all = X509_STORE_get0_objects(store);
    for (int i = 0; i < sk_X509_OBJECT_num(all); ++i) {
        auto* const one = sk_X509_OBJECT_value(all, i);
        if (auto* authority = X509_OBJECT_get0_X509(one)) authorities.push_back(authority);
        if (auto* crl = X509_OBJECT_get0_X509_CRL(one)) crls.push_back(crl);
    }
    const auto found = std::ranges::find_if(authorities, [&](X509* authority) {
        return std::ranges::none_of(crls, [&](X509_CRL* crl) { return isOf(crl, authority); });
    });
    ERR_clear_error();  // of a signature that was another's
    return found == authorities.end() ? std::string() : nameOf(*found);
}

}  // namespace deskline::net
