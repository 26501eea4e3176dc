#include "net/http/origins.hpp"

#include <openssl/x509v3.h>

#include "model/address.hpp"
#include "model/text.hpp"
#include "net/http/hosts.hpp"

namespace deskline::net {
namespace {

bool inCertificate(const X509* certificate, const std::string& name) {
    auto* own = const_cast<X509*>(certificate);
    return own && (X509_check_host(own, name.c_str(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1 ||
                   X509_check_ip_asc(own, name.c_str(), 0) == 1);
}

}  // namespace

bool isOwnHost(const ServerContext& context, const TlsConnection& connection, std::string_view host) {
    const auto name = lower(hostAndPort(host).first);
    if (name.empty()) return false;
    if (context.names.contains(name)) return true;
    error_code error;
    const auto local = connection.localAddress(error);
    if (const auto address = addressIn(name); address && !error && address == addressIn(local.to_string())) return true;
    return inCertificate(SSL_CTX_get0_certificate(context.tls.load().get()), name);
}

bool isOriginOf(std::string_view host, std::string_view origin) { return !host.empty() && origin == originOf(host); }

std::string originOf(std::string_view host) {
    auto name = lower(host);
    for (const std::string_view usual : {":443", ":"})
        if (name.ends_with(usual)) name.resize(name.size() - usual.size());
    return "https://" + name;
}

}  // namespace deskline::net
