#include <windows.h>
// After it:
#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <shellapi.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cwchar>
#include <memory>

#include "host/environment.hpp"
#include "host/platform.hpp"
#include "model/host_text.hpp"
#include "model/wide_text_windows.hpp"

namespace deskline::host {

int processId() { return _getpid(); }

std::string hostName() {
    wchar_t name[256], ascii[256];
    DWORD length = std::size(name);
    if (!GetComputerNameExW(ComputerNameDnsHostname, name, &length) || length == 0) return "localhost";
    const int most = static_cast<int>(std::size(ascii));
    const int converted = IdnToAscii(0, name, static_cast<int>(length), ascii, most);  // RFC 5891
    return converted > 0 ? toUtf8({ascii, static_cast<std::size_t>(converted)}) : "localhost";
}

std::vector<std::string> commandLine(int argc, const char* const* argv) {
    int count = 0;
    const std::unique_ptr<wchar_t*, decltype(&LocalFree)> words(CommandLineToArgvW(GetCommandLineW(), &count),
                                                                &LocalFree);
    if (!words) return {argv, argv + argc};
    std::vector<std::string> all;
    for (int at = 0; at < count; ++at) all.push_back(toUtf8(words.get()[at]));
    return all;
}

std::shared_ptr<void> utf8Console() {
    const UINT before = GetConsoleOutputCP();  // 0: there is no console
    if (before == 0) return nullptr;
    SetConsoleOutputCP(CP_UTF8);
    return {nullptr, [before](void*) { SetConsoleOutputCP(before); }};
}

std::optional<std::string> processEnvironment(const std::string& name) {
    const auto wide = toUtf16(name);
    std::wstring value;
    for (;;) {  // another thread may set it between the two calls
        SetLastError(ERROR_SUCCESS);
        const DWORD needed = GetEnvironmentVariableW(wide.c_str(), value.data(), static_cast<DWORD>(value.size()));
        if (needed == 0 && GetLastError() == ERROR_ENVVAR_NOT_FOUND) return std::nullopt;
        const bool whole = needed < value.size() || needed == 0;
        value.resize(needed);
        if (whole) return toUtf8(value);
    }
}

std::vector<std::string> environmentNames() {
    const std::unique_ptr<wchar_t, decltype(&FreeEnvironmentStringsW)> block(GetEnvironmentStringsW(),
                                                                             &FreeEnvironmentStringsW);
    std::vector<std::string> names;
    for (const wchar_t* at = block.get(); at && *at; at += std::wcslen(at) + 1) {
        const auto text = toUtf8(at);
        auto& name = names.emplace_back(text.substr(0, text.find('=')));
        for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return names;
}

std::filesystem::path defaultDataFolder() {
    return pathOf(processEnvironment("ProgramData").value_or("C:\\ProgramData")) / u8"Deskline";
}

std::filesystem::path usualConfiguration() { return defaultDataFolder() / u8"deskline.toml"; }

std::string unfitPath(const std::string& text) {
    const auto isSlash = [](char c) { return c == '/' || c == '\\'; };
    if (text.size() > 1 && isSlash(text[0]) && isSlash(text[1]))
        return "must be on a drive of this host, such as 'C:\\ProgramData\\Deskline': on a share it is not known who "
               "else "
               "may write";
    if (std::ranges::any_of(text, [](unsigned char c) { return c < ' '; }))
        return "has a tab or another control character: TOML takes \"C:\\temp\" so; write 'C:\\temp' or \"C:/temp\"";
    return {};
}

UsualSources usualSources() { return {"tapi3", "coreaudio"}; }

void keepLineEnds() { _setmode(_fileno(stdout), _O_BINARY); }

}  // namespace deskline::host
