// Header fields that are lists. Source: RFC 9110 §5.6.1, §12.4.2, §12.5. Thread: any.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/text.hpp"

namespace deskline::api {

using deskline::printable;

std::string_view trimmed(std::string_view text);    // without the spaces and tabs around it
bool same(std::string_view a, std::string_view b);  // but for upper and lower case

// The elements of a comma-separated field, without the white space around them; empty ones are left out.
std::vector<std::string_view> elements(std::string_view field);

// The weight (0..1) that Accept gives to a media type: the most exact range counts. An absent or empty field accepts
// everything.
double accepted(std::string_view accept, std::string_view type);
// The weight that Accept-Encoding gives to a coding; 0 where the field is absent.
double acceptedCoding(std::string_view acceptEncoding, std::string_view coding);

}  // namespace deskline::api
