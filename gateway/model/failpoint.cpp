#include "model/failpoint.hpp"

#ifdef DESKLINE_FAILPOINTS
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace deskline {
namespace {

struct Chosen {
    std::string name;
    std::atomic<long> left{0};
    Chosen() {
        const auto* given = std::getenv("DESKLINE_FAILPOINT");  // NOLINT(concurrency-mt-unsafe): nobody sets one
        const std::string text = given ? given : "";
        const auto colon = text.rfind(':');
        name = text.substr(0, colon);
        left = colon == std::string::npos ? 1 : std::atol(text.c_str() + colon + 1);
    }
};

}  // namespace

void failpoint(const char* name) {
    static Chosen chosen;
    if (chosen.name != name || --chosen.left != 0) return;
#ifdef _WIN32
    std::abort();
#else
    std::raise(SIGKILL);
#endif
}

}  // namespace deskline
#else
namespace deskline {
void failpoint(const char*) {}
}  // namespace deskline
#endif
