#include "model/host_text.hpp"

namespace deskline {

std::filesystem::path pathOf(std::string_view utf8) { return std::string(utf8); }

std::string textOf(const std::filesystem::path& path) { return path.native(); }

std::string textOf(const std::error_code& error) { return error.message(); }

}  // namespace deskline
