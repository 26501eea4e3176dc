#include "model/failpoint.hpp"

#ifdef DESKLINE_FAILPOINTS
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "model/killed.hpp"

namespace deskline {
namespace {

constexpr std::string_view points[] = {
    "file.beside",     "file.renamed",      "file.replaced",
    "file.unflushed",  // of a file that is replaced, or made
    "journal.begun",   "journal.committed", "journal.inserted",
    "journal.stored",  // of a transaction
    "ledger.answered", "ledger.saved",      "prune.committed",
    "prune.cut",  // around it; of a cut
    "start.listening", "start.locked",      "start.opened",
};

void unlessKnown(const std::string& name, const char* where) {
    if (std::ranges::find(points, name) != std::end(points)) return;
    std::fputs((std::string(where) + ": there is no point " + name + "\n").c_str(), stderr);
    std::fflush(stderr);
    std::abort();
}

struct Chosen {
    std::string name;
    std::atomic<long> left{0};
    Chosen() {
        const auto* given = std::getenv("DESKLINE_FAILPOINT");  // NOLINT(concurrency-mt-unsafe): nobody sets one
        if (!given) return;
        const std::string text = given;
        const auto colon = text.rfind(':');
        name = text.substr(0, colon);
        left = colon == std::string::npos ? 1 : std::atol(text.c_str() + colon + 1);
        unlessKnown(name, "DESKLINE_FAILPOINT");
    }
};

}  // namespace

void failpoint(const char* name) {
    static Chosen chosen;
    unlessKnown(name, "failpoint.cpp");
    if (chosen.name != name || --chosen.left != 0) return;
    endAsKilled();
}

}  // namespace deskline
#else
namespace deskline {
void failpoint(const char*) {}
}  // namespace deskline
#endif
