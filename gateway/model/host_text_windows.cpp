#include <windows.h>

#include "model/host_text.hpp"
#include "model/wide_text_windows.hpp"

namespace deskline {

std::filesystem::path pathOf(std::string_view utf8) { return toUtf16(utf8); }

std::string textOf(const std::filesystem::path& path) { return toUtf8(path.native()); }

// The C++ library asks for it in the code page of the system.
std::string textOf(const std::error_code& error) {
    if (error.category() != std::system_category()) return error.message();
    wchar_t text[1024];
    constexpr DWORD how = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK;
    const DWORD length =
        FormatMessageW(how, nullptr, static_cast<DWORD>(error.value()), 0, text, std::size(text), nullptr);
    std::wstring_view said(text, length);
    while (!said.empty() && std::wstring_view(L" .\u3002").find(said.back()) != std::wstring_view::npos)
        said.remove_suffix(1);  // U+3002: the full stop of Chinese and Japanese
    return said.empty() ? "error " + std::to_string(error.value()) : toUtf8(said);
}

}  // namespace deskline
