#include "host/configuration_file.hpp"

#define TOML_EXCEPTIONS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "host/configuration_values.hpp"
#include "host/nearest.hpp"
#include "model/files.hpp"
#include "model/host_text.hpp"
#include "model/text.hpp"

namespace deskline::host {
namespace {

std::string setNode(const Key& key, const toml::node& node) {
    if (auto* const* string = std::get_if<std::string*>(&key.target)) {
        if (!node.is_string()) return "must be a text";
        **string = node.as_string()->get();
    } else if (auto* const* path = std::get_if<std::filesystem::path*>(&key.target)) {
        return node.is_string() ? setPath(**path, node.as_string()->get()) : "must be a text";
    } else if (auto* const* boolean = std::get_if<bool*>(&key.target)) {
        if (!node.is_boolean()) return "must be true or false";
        **boolean = node.as_boolean()->get();
    } else if (auto* const* number = std::get_if<std::int64_t*>(&key.target)) {
        if (!node.is_integer()) return "must be a whole number";
        **number = node.as_integer()->get();
    } else if (auto* const* real = std::get_if<double*>(&key.target)) {
        if (!node.is_number()) return "must be a number";
        **real = *node.value<double>();
    } else if (const auto* bytes = std::get_if<Bytes>(&key.target)) {
        if (node.is_integer())
            *bytes->target = node.as_integer()->get();
        else if (!node.is_string() || !parseBytes(node.as_string()->get(), *bytes->target))
            return "must be a size such as \"1 MiB\"";
    } else {
        if (!node.is_array()) return "must be a list of texts";
        std::vector<std::string> items;
        for (const auto& item : *node.as_array()) {
            if (!item.is_string()) return "must be a list of texts";
            items.push_back(item.as_string()->get());
        }
        return setList(key, std::move(items));
    }
    return misfit(key);
}

void walk(const toml::table& in, const std::string& prefix, const std::string& file, const std::vector<Key>& all,
          std::vector<Mistake>& mistakes) {
    for (const auto& [rawName, node] : in) {
        const auto name = prefix + std::string(rawName.str());
        const auto where = file + ":" + std::to_string(node.source().begin.line);
        const auto key = std::ranges::find(all, name, &Key::name);
        if (key != all.end()) {
            if (auto wrong = setNode(*key, node); !wrong.empty()) mistakes.push_back({where, name, std::move(wrong)});
            continue;
        }
        const bool section = std::ranges::any_of(all, [&](const Key& k) { return k.name.starts_with(name + "."); });
        if (section && node.is_table()) {
            walk(*node.as_table(), name + ".", file, all, mistakes);
            continue;
        }
        mistakes.push_back({where, name, "is not a known key; the nearest is " + nearest(name, keys())});
    }
}

// TOML has no control characters but tab and line ends; a file in UTF-16 is full of them. The parser (toml++ 3.3)
// asserts on some.
std::optional<Mistake> controlCharacter(const std::string& content, const std::string& file) {
    const auto found = std::ranges::find_if(
        content, [](unsigned char c) { return (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f; });
    if (found == content.end()) return std::nullopt;
    const auto line = 1 + std::count(content.begin(), found, '\n');
    return Mistake{fmt::format("{}:{}", file, line), "",
                   fmt::format("has the control character U+{:04X}; save the file as UTF-8 without such characters",
                               static_cast<unsigned char>(*found))};
}

// What often is the cause of a line that cannot be parsed.
std::string adviceFor(const std::string& content, std::size_t line) {
    if (!isUtf8(content)) return "; save the file as UTF-8";
    std::istringstream lines(content);
    std::string text;
    for (std::size_t at = 0; at < line && std::getline(lines, text); ++at) {
    }
    const bool escapes = text.find('"') != std::string::npos && text.find('\\') != std::string::npos;
    return escapes ? "; in \"…\" a backslash begins an escape: write 'C:\\Users\\x' or \"C:/Users/x\"" : "";
}

}  // namespace

std::vector<Mistake> readFile(const std::filesystem::path& path, const std::vector<Key>& all) {
    const auto file = textOf(path);
    const auto content = readExisting(path);
    if (!content) return {{file, "", content.error().detail}};
    if (auto unfit = controlCharacter(*content, file)) return {std::move(*unfit)};
    const auto parsed = toml::parse(*content, file);
    if (!parsed) {
        const auto line = parsed.error().source().begin.line;
        return {{file + (line ? ":" + std::to_string(line) : ""), "",
                 std::string(parsed.error().description()) + adviceFor(*content, line)}};
    }
    std::vector<Mistake> mistakes;
    walk(parsed.table(), "", file, all, mistakes);
    return mistakes;
}

}  // namespace deskline::host
