#include "net/certificates.hpp"

#include <spdlog/spdlog.h>

namespace deskline::net {

Certificates::Certificates(TlsOptions options) : options_(std::move(options)) {
    for (const auto& file : {options_.certificate, options_.key, options_.clientAuthorities, options_.clientRevocations})
        if (!file.empty()) files_.emplace_back(file);
}

bool Certificates::changed() {
    bool any = false;
    for (auto& file : files_)
        if (auto text = file.news()) {
            any = true;
            OPENSSL_cleanse(text->data(), text->size());
        }
    return any;
}

Result<TlsContext> Certificates::open() {
    changed();  // from how the files are now
    return makeTlsContext(options_, ticketKeys_);
}

bool Certificates::renew(Site& site, bool anyway) {
    if (!changed() && !anyway) return false;
    auto context = makeTlsContext(options_, ticketKeys_);
    if (!context) {
        spdlog::error("{} The certificate from before is used on.", context.error().detail);
        return false;
    }
    if (!options_.clientAuthorities.empty()) ticketKeys_.renew();  // a ticket would let a certificate in that is revoked by now
    site.tls.store(std::move(*context));
    spdlog::info("the certificate {} was read again; connections to come use it", options_.certificate.string());
    return true;
}

}  // namespace deskline::net
