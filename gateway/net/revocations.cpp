#include "net/revocations.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace deskline::net {
namespace {

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_CRL* crl) const { X509_CRL_free(crl); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

template <class T>
std::vector<Owned<T>> readAll(const std::filesystem::path& file, T* (*read)(BIO*, T**, pem_password_cb*, void*)) {
    std::vector<Owned<T>> all;
    const Owned<BIO> in(BIO_new_file(file.string().c_str(), "rb"));
    while (in) {
        Owned<T> one(read(in.get(), nullptr, nullptr, nullptr));
        if (!one) break;
        all.push_back(std::move(one));
    }
    ERR_clear_error();  // the end of the file is one
    return all;
}

std::string nameOf(X509* authority) {
    char text[256] = {};
    X509_NAME_oneline(X509_get_subject_name(authority), text, sizeof text);
    return text;
}

bool isOf(X509_CRL* crl, X509* authority) {
    return X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(authority)) == 0 && X509_CRL_verify(crl, X509_get0_pubkey(authority)) == 1;
}

}  // namespace

Result<void> loadRevocations(X509_STORE* store, const std::filesystem::path& authorities, const std::filesystem::path& revocations) {
    const auto wrong = [&](const std::string& what) { return Fault{"configuration", revocations.string() + " " + what}; };
    const auto crls = readAll<X509_CRL>(revocations, PEM_read_bio_X509_CRL);
    if (crls.empty()) return wrong("cannot be read: [server] client_revocations must name a PEM file with CRLs.");
    for (const auto& authority : readAll<X509>(authorities, PEM_read_bio_X509))
        if (std::ranges::none_of(crls, [&](const auto& crl) { return isOf(crl.get(), authority.get()); }))
            return wrong("holds no CRL signed by " + nameOf(authority.get()) +
                         ": [server] client_revocations must have one of every authority in client_authorities, and of every intermediate that clients send.");
    ERR_clear_error();
    for (const auto& crl : crls) X509_STORE_add_crl(store, crl.get());
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return {};
}

}  // namespace deskline::net
