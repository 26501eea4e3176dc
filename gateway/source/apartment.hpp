// What a thread must hold while it runs a source's calls: a COM apartment; nothing for a simulated source. Thread: it
// is made and destroyed on the thread that holds it.
#pragma once
#include <functional>
#include <memory>

namespace deskline::source {

using Apartment = std::function<std::shared_ptr<void>()>;

}  // namespace deskline::source
