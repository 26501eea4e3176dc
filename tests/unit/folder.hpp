// A temporary folder for a test, removed with the object.
#pragma once
#include <filesystem>

#include "model/id.hpp"

namespace deskline::tests {

struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("deskline-unit-" + randomId(6));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

}  // namespace deskline::tests
