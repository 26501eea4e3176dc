#include "host/platform.hpp"

#include "model/files.hpp"

namespace deskline::host {

std::filesystem::path defaultConfiguration() {
    auto file = usualConfiguration();
    const auto there = stampOf(file);
    return there && !*there ? std::filesystem::path()
                            : file;  // one that cannot be read is a mistake to be told, not the defaults
}

}  // namespace deskline::host
