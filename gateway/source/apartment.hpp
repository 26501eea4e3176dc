// What a thread must hold while it runs a source's calls: a COM apartment; for a simulated source, nothing. Thread: the
// thread that makes it also destroys it.
#pragma once
#include <functional>
#include <memory>

namespace deskline::source {

using Apartment = std::function<std::shared_ptr<void>()>;

}  // namespace deskline::source
