// The state of a Windows service, for the doctor. Thread: any.
#pragma once
#include <string>

#include "model/finding.hpp"

namespace deskline::com {

// `shown`: the service's name for people; `without`: what does not work while the service does not run.
Finding checkService(const std::string& area, const wchar_t* service, const std::string& shown,
                     const std::string& without);

}  // namespace deskline::com
