// What the account and the session of this process may do, for `deskline doctor`. Thread: main's.
#pragma once
#include <vector>

#include "model/finding.hpp"

namespace deskline::host {

std::vector<Finding> diagnoseProcess();

}  // namespace deskline::host
