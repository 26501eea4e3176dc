#include "shrink.hpp"

namespace deskline::model {

Steps shrink(Steps steps, Failure& failure) {
    const auto fails = [&](const Steps& some) {
        Counts ignored;
        const auto found = play(some, ignored);
        if (!found || found->promise != failure.promise) return false;
        failure = *found;
        return true;
    };
    if (steps.size() > failure.step + 1) steps.resize(failure.step + 1);
    for (auto part = std::max<std::size_t>(steps.size() / 2, 1); part > 0;) {
        bool smaller = false;
        for (std::size_t at = 0; at < steps.size();) {
            auto fewer = steps;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at),
                        fewer.begin() + static_cast<std::ptrdiff_t>(std::min(at + part, steps.size())));
            if (fails(fewer)) {
                steps = std::move(fewer);
                smaller = true;
            } else {
                at += part;
            }
        }
        if (!smaller) part /= 2;
    }
    return steps;
}

}  // namespace deskline::model
