#include "api/source_readiness.hpp"

#include <new>

#include "model/hresult.hpp"
#include "model/names.hpp"
#include "model/time.hpp"

namespace deskline::api {

void expectSource(Readiness& readiness, Source source) {
    const auto* why = "It is being connected; commands are answered 503 until then.";
    readiness.tell(std::string(name(source)), why);
}

void tellSource(Readiness& readiness, const Fact& fact) try {
    if (const auto* is = std::get_if<SourceConnected>(&fact.what)) readiness.tell(std::string(name(is->source)), {});
    const auto* lost = std::get_if<SourceLost>(&fact.what);
    if (!lost) return;
    auto why = lost->cause.detail;
    const auto code = lost->cause.hresult ? hex(*lost->cause.hresult) : std::string();
    if (why.find(code) == std::string::npos) why += " (" + code + ")";
    why = "lost since " + toRfc3339(fact.time) + ": " + why;
    why += " The gateway connects again by itself; `deskline doctor` says what the host lacks.";
    readiness.tell(std::string(name(lost->source)), why);
} catch (const std::bad_alloc&) {  // the ledger is to hear of it all the same
}

}  // namespace deskline::api
