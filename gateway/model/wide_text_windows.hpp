// Between UTF-8, which Deskline speaks, and UTF-16, which Windows does. Thread: any.
#pragma once
#include <string>
#include <string_view>

namespace deskline {

// Half a pair of surrogates becomes U+FFFD. Source: WideCharToMultiByte, MultiByteToWideChar.
std::string toUtf8(std::wstring_view text);
std::wstring toUtf16(std::string_view text);

}  // namespace deskline
