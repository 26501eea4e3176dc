#include "model/problem.hpp"

namespace deskline {

const Problem& Slug::problem() const { return row_ < wire ? problemTable[row_] : Slug("internal").problem(); }

}  // namespace deskline
