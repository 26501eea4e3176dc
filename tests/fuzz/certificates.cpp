// The PEM files behind TLS: the authorities of client certificates, a line "----", then their CRLs. The gateway's own
// certificate is good.
#include <openssl/pem.h>

#include "fuzz.hpp"
#include "net/transport/tls_context.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    using namespace net;
    static const Folder folder;
    static const auto made = makeCertificate(folder.path / "own.pem", folder.path / "own-key.pem", "localhost");
    HOLDS(made.has_value());
    constexpr std::string_view mark = "\n----\n";
    const auto middle = input.find(mark);
    const auto first = folder.write("authorities.pem", input.substr(0, middle));
    const auto second = middle == std::string_view::npos ? std::filesystem::path()
                                                         : folder.write("crl.pem", input.substr(middle + mark.size()));
    TicketKeys ticketKeys;
    if (const auto context =
            makeTlsContext({folder.path / "own.pem", folder.path / "own-key.pem", first, second}, ticketKeys);
        !context)
        isReason(context.error());
    const auto facts = inspectCertificate(first);
    if (!facts) isReason(facts.error());
    if (facts) HOLDS(facts->fingerprint.size() == 95);
    if (const auto context = makeTlsContext({first, first, {}, {}}, ticketKeys); !context) isReason(context.error());
    const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(input.data(), static_cast<int>(input.size())),
                                                       &BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), &X509_free);
    if (!certificate) return;
    for (const auto& name : namesIn(certificate.get()))
        HOLDS(name.find('=') != std::string::npos || name.find(':') != std::string::npos);
}

}  // namespace deskline::fuzz
