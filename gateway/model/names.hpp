// Names of enumerations on the wire: the enumerator with '-' for '_' (busy_on_call → "busy-on-call").
// One table per enumeration, made from Boost.Describe. Thread: any.
#pragma once
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deskline {

template <class E>
const std::vector<std::pair<E, std::string>>& names() {
    static const auto table = [] {
        std::vector<std::pair<E, std::string>> rows;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
            std::string name = d.name;
            if (name.ends_with('_')) name.pop_back();  // default_: a keyword of C++, not of the wire
            for (char& c : name)
                if (c == '_') c = '-';
            rows.emplace_back(d.value, std::move(name));
        });
        return rows;
    }();
    return table;
}

// "unknown" for a value outside the enumeration: a driver may answer one, and that is no crash.
template <class E>
std::string_view name(E value) {
    for (auto& [v, n] : names<E>())
        if (v == value) return n;
    return "unknown";
}

template <class E>
std::optional<E> named(std::string_view text) {
    for (auto& [v, n] : names<E>())
        if (n == text) return v;
    return std::nullopt;
}

}  // namespace deskline
