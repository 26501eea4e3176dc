// An open file of Windows, closed when its owner goes, and how a call on one failed. For the _windows files of this
// folder alone. Thread: any.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "model/fault.hpp"

namespace deskline {

class Handle {
public:
    explicit Handle(void* handle) : handle_(handle) {}
    ~Handle();
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    explicit operator bool() const;
    void* get() const { return handle_; }
    std::intptr_t release();

private:
    void* handle_;
};

unsigned long lastError();
// "… cannot be read: Access is denied. Give …"; `code` is GetLastError's.
Fault cannot(const std::filesystem::path& path, std::string_view what, unsigned long code = lastError());

}  // namespace deskline
