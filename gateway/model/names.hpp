// Names of enumerations on the wire: the enumerator with '-' for '_' (busy_on_call → "busy-on-call").
// One table per enumeration, made from Boost.Describe while compiling. Thread: any.
#pragma once
#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <cstddef>
#include <optional>
#include <string_view>

namespace deskline {
namespace detail {

template <class Enumerator>
inline constexpr auto wireName = [] {
    constexpr std::string_view name = Enumerator::name;
    std::array<char, name.size() - (name.ends_with('_') ? 1 : 0)> out{};  // default_: a keyword of C++, not of the wire
    std::ranges::replace_copy(name.substr(0, out.size()), out.begin(), '_', '-');
    return out;
}();

template <class E, template <class...> class List, class... Enumerators>
constexpr auto wireNames(List<Enumerators...>) {
    constexpr std::array values{Enumerators::value...};
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] != static_cast<E>(i)) throw "the enumerators are not 0, 1, 2 … in the order of their description";
    return std::array{std::string_view(wireName<Enumerators>.data(), wireName<Enumerators>.size())...};
}

}  // namespace detail

// In the order of the enumerators: names<E>[i] is that of static_cast<E>(i).
template <class E>
inline constexpr auto names = detail::wireNames<E>(boost::describe::describe_enumerators<E>());

// "unknown" for a value outside the enumeration: a driver may answer one, and that is no crash.
template <class E>
constexpr std::string_view name(E value) {
    const auto at = static_cast<std::size_t>(value);  // of a negative one: beyond the last
    return at < names<E>.size() ? names<E>[at] : "unknown";
}

template <class E>
constexpr std::optional<E> named(std::string_view text) {
    const auto found = std::ranges::find(names<E>, text);
    if (found == names<E>.end()) return std::nullopt;
    return static_cast<E>(found - names<E>.begin());
}

}  // namespace deskline
