// Texts that come from the host or go to it: UTF-8 here; on Linux a path's bytes as they are. A text becomes a path,
// and a path a text, by these functions alone. On Windows std::filesystem::path takes a std::string by the C library's
// locale, and there is none that has UTF-8; what it gives as one differs between libraries, and may throw.
// tests/windows/paths.py holds it. Thread: any.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace deskline {

std::filesystem::path pathOf(std::string_view utf8);
// What is no Unicode (half a pair of surrogates in a name on Windows) becomes U+FFFD. Source: WideCharToMultiByte.
std::string textOf(const std::filesystem::path& path);
// What the host says of an error, without the full stop at its end, in the host's language. Source: FormatMessageW.
std::string textOf(const std::error_code& error);

}  // namespace deskline
