// The state of a Windows service, for the doctor. Thread: any.
#pragma once
#include <string>

#include "model/finding.hpp"

namespace deskline::com {

// `shown`: what people call it; `without`: what cannot be had while it does not run.
Finding checkService(const std::string& area, const wchar_t* service, const std::string& shown,
                     const std::string& without);

}  // namespace deskline::com
