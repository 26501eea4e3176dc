#include "net/transport/certificate_files.hpp"

#include <spdlog/spdlog.h>

#include "model/host_text.hpp"

namespace deskline::net {

Certificates::Certificates(TlsOptions options) : options_(std::move(options)) {
    const std::pair<const char*, std::filesystem::path> all[] = {{"certificate", options_.certificate},
                                                                 {"private-key", options_.key},
                                                                 {"client-authorities", options_.clientAuthorities},
                                                                 {"client-revocations", options_.clientRevocations}};
    for (const auto& [check, file] : all)
        if (!file.empty()) files_.emplace(check, WatchedFile(file, WatchedFile::Absent::never));
}

bool Certificates::changed() {
    bool any = false;
    for (auto& [check, file] : files_)
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

bool Certificates::renew(CurrentTls& current, bool anyway) {
    due_ = changed() || anyway || due_;
    if (!due_) return false;
    auto context = makeTlsContext(options_, ticketKeys_);
    if (!context) {
        if (fault_.empty()) spdlog::error("{} The certificate from before is used on.", context.error().detail);
        fault_ = context.error().detail;
        return false;
    }
    due_ = false;
    fault_.clear();
    if (!options_.clientAuthorities.empty())
        ticketKeys_.renew();  // a ticket would let a certificate in that is revoked by now
    current.store(std::move(*context));
    spdlog::info("the certificate {} was read again; connections to come use it", textOf(options_.certificate));
    return true;
}

std::map<std::string, std::string> Certificates::faults() const {
    std::map<std::string, std::string> all;
    for (const auto& [check, file] : files_) all[check] = file.fault();
    if (all["certificate"].empty()) all["certificate"] = fault_;
    return all;
}

}  // namespace deskline::net
