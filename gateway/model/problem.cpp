#include "model/problem.hpp"

namespace deskline {

std::span<const Problem> problems() { return problemTable; }

const Problem& Slug::problem() const { return row_ < wire ? problemTable[row_] : Slug("internal").problem(); }

}  // namespace deskline
