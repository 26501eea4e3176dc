#include "model/problem.hpp"

namespace deskline {

std::span<const Problem> problems() { return problemTable; }

const Problem& Slug::problem() const {
    const bool inner = std::ranges::any_of(innerProblems, [this](const Problem& row) { return &row == row_; });
    return inner ? Slug("internal").problem() : *row_;
}

}  // namespace deskline
