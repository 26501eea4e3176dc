// JSON of described values, both ways. A member's name is the member's name on the wire, an enumeration is its name
// (names.hpp), an absent optional is left out, a Time is RFC 3339. Reading is strict: what does not fit is named by a
// JSON Pointer, nothing is guessed. Thread: any. Source: RFC 8259, RFC 6901.
#pragma once
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "model/names.hpp"
#include "model/time.hpp"

namespace deskline {

struct FieldError {
    std::string pointer, detail;
    bool operator==(const FieldError&) const = default;
};
BOOST_DESCRIBE_STRUCT(FieldError, (), (pointer, detail))

namespace detail {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

}  // namespace detail

template <class T>
boost::json::value toJson(const T& value) {
    namespace json = boost::json;
    if constexpr (std::is_same_v<T, json::value>) {
        return value;
    } else if constexpr (std::is_same_v<T, Time>) {
        return json::value(toRfc3339(value));
    } else if constexpr (std::is_enum_v<T>) {
        return json::value(name(value));
    } else if constexpr (detail::is_optional<T>::value) {
        return value ? toJson(*value) : json::value(nullptr);
    } else if constexpr (detail::is_vector<T>::value) {
        json::array array;
        array.reserve(value.size());
        for (const auto& item : value) array.push_back(toJson(item));
        return array;
    } else if constexpr (std::is_arithmetic_v<T>) {
        return json::value(value);
    } else if constexpr (std::is_base_of_v<std::string, T>) {
        return json::value(std::string_view(value));
    } else {
        json::object object;
        using Members = boost::describe::describe_members<T, boost::describe::mod_any_access>;
        object.reserve(boost::mp11::mp_size<Members>::value);
        boost::mp11::mp_for_each<Members>([&](auto d) {
            const auto& member = value.*d.pointer;
            if constexpr (detail::is_optional<std::decay_t<decltype(member)>>::value) {
                if (!member) return;
            }
            object.emplace(d.name, toJson(member));
        });
        return object;
    }
}

template <class T>
void fromJson(const boost::json::value& in, T& out, const std::string& pointer, std::vector<FieldError>& errors);

namespace detail {

// A member that is not described is refused, and so is the lack of one that is not optional.
template <class T>
void membersFromJson(const boost::json::object& in, T& out, const std::string& pointer,
                     std::vector<FieldError>& errors) {
    using Members = boost::describe::describe_members<T, boost::describe::mod_any_access>;
    std::string known;
    boost::mp11::mp_for_each<Members>([&](auto d) { known += (known.empty() ? "" : ", ") + std::string(d.name); });
    for (const auto& field : in) {
        bool found = false;
        boost::mp11::mp_for_each<Members>([&](auto d) {
            if (found || field.key() != d.name) return;
            found = true;
            fromJson(field.value(), out.*d.pointer, pointer + "/" + d.name, errors);
        });
        if (!found)
            errors.push_back({pointer + "/" + std::string(field.key()),
                              "is not a known field; known are: " + (known.empty() ? "none" : known)});
    }
    boost::mp11::mp_for_each<Members>([&](auto d) {
        using Member = std::decay_t<decltype(out.*d.pointer)>;
        if constexpr (!is_optional<Member>::value)
            if (!in.contains(d.name)) errors.push_back({pointer + "/" + d.name, "is missing"});
    });
}

}  // namespace detail

// Puts into `out` what `in` says, and one line into `errors` for each thing that does not fit.
template <class T>
void fromJson(const boost::json::value& in, T& out, const std::string& pointer, std::vector<FieldError>& errors) {
    namespace json = boost::json;
    const auto refuse = [&](std::string detail) { errors.push_back({pointer, std::move(detail)}); };
    if constexpr (std::is_same_v<T, json::value>) {
        out = in;
    } else if constexpr (detail::is_optional<T>::value) {
        if (in.is_null()) {
            out.reset();
            return;
        }
        out.emplace();
        fromJson(in, *out, pointer, errors);
    } else if constexpr (std::is_same_v<T, bool>) {
        in.is_bool() ? void(out = in.get_bool()) : refuse("must be true or false");
    } else if constexpr (std::is_base_of_v<std::string, T>) {
        in.is_string() ? void(out.assign(in.get_string().data(), in.get_string().size())) : refuse("must be a string");
    } else if constexpr (std::is_same_v<T, Time>) {
        const auto time = in.is_string() ? fromRfc3339(in.get_string()) : std::nullopt;
        time ? void(out = *time) : refuse("must be a time such as 2026-05-01T08:00:00.000Z");
    } else if constexpr (std::is_enum_v<T>) {
        const auto value = in.is_string() ? named<T>(in.get_string()) : std::nullopt;
        if (value) {
            out = *value;
            return;
        }
        std::string allowed;
        for (const auto name : names<T>)
            if (name != "unknown") allowed.append(allowed.empty() ? "" : ", ").append(name);
        refuse("must be one of " + allowed);
    } else if constexpr (std::is_integral_v<T>) {
        json::error_code error;
        const auto number = in.to_number<T>(error);
        error ? refuse("must be a whole number") : void(out = number);
    } else if constexpr (std::is_floating_point_v<T>) {
        json::error_code error;
        const auto number = in.to_number<double>(error);
        error || !std::isfinite(number) ? refuse("must be a number") : void(out = number);
    } else if constexpr (detail::is_vector<T>::value) {
        if (!in.is_array()) return refuse("must be an array");
        out.clear();
        for (std::size_t i = 0; i < in.get_array().size(); ++i) {
            out.emplace_back();
            typename T::value_type item{};
            fromJson(in.get_array()[i], item, pointer + "/" + std::to_string(i), errors);
            out.back() = std::move(item);
        }
    } else {
        if (!in.is_object()) return refuse("must be an object");
        detail::membersFromJson(in.get_object(), out, pointer, errors);
    }
}

}  // namespace deskline
