#include <sys/resource.h>

#include <limits>

#include "host/descriptors.hpp"

namespace deskline::host {
namespace {

std::size_t number(rlim_t limit) {
    return limit == RLIM_INFINITY || limit > std::numeric_limits<std::size_t>::max()
               ? std::numeric_limits<std::size_t>::max()
               : static_cast<std::size_t>(limit);
}

}  // namespace

std::optional<std::size_t> raiseDescriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
    auto raised = limit;
    raised.rlim_cur = raised.rlim_max;
    return number(setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur);
}

std::optional<std::size_t> mostDescriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
    return number(limit.rlim_max);
}

}  // namespace deskline::host
