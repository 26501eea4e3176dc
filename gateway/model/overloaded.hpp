// One function object made of several, for std::visit. Thread: any.
#pragma once

namespace deskline {

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace deskline
