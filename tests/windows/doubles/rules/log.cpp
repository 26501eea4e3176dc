#include "doubles/rules/log.hpp"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

namespace deskline::doubles {

void log(std::string_view line) {
    static std::mutex mutex;
    static std::FILE* file = [] {
        const wchar_t* name = _wgetenv(L"DESKLINE_DOUBLE_LOG");
        return name ? _wfopen(name, L"ab") : nullptr;
    }();
    if (!file) return;
    const std::lock_guard lock(mutex);
    std::fwrite(line.data(), 1, line.size(), file);
    std::fputc('\n', file);
    std::fflush(file);
}

void ruleBroken(std::string_view which) { log("RULE BROKEN: " + std::string(which)); }

}  // namespace deskline::doubles
