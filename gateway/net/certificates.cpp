#include "net/certificates.hpp"

#include <spdlog/spdlog.h>

namespace deskline::net {

std::map<std::filesystem::path, std::filesystem::file_time_type> Certificates::times() const {
    std::map<std::filesystem::path, std::filesystem::file_time_type> all;
    for (const auto& file : {options_.certificate, options_.key, options_.clientAuthorities, options_.clientRevocations}) {
        std::error_code error;
        const auto written = std::filesystem::last_write_time(file, error);
        if (!error) all[file] = written;
    }
    return all;
}

Result<TlsContext> Certificates::open() {
    known_ = times();
    return makeTlsContext(options_, ticketKeys_);
}

bool Certificates::renew(Site& site, bool anyway) {
    if (times() == known_ && !anyway) return false;
    auto context = open();
    if (!context) {
        spdlog::error("{} The certificate from before is used on.", context.error().detail);
        return false;
    }
    if (!options_.clientAuthorities.empty()) ticketKeys_.renew();  // a ticket would let a certificate in that is revoked by now
    site.tls = std::move(*context);
    spdlog::info("the certificate {} was read again; connections to come use it", options_.certificate.string());
    return true;
}

}  // namespace deskline::net
