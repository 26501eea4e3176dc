#include "audio/coreaudio/capabilities.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "model/fault.hpp"

namespace deskline::audio {

std::map<std::string, bool> Capabilities::all() const {
    return {{"devices", devices},
            {"sessions", sessions},
            {"sessionEvents", sessionEvents},
            {"deviceVolume", deviceVolume},
            {"displayName", displayName},
            {"meters", meters},
            {"ducking", ducking}};
}

void noteLack(bool& capability, HRESULT code, const char* what) {
    if (SUCCEEDED(code) || !std::exchange(capability, false)) return;
    spdlog::warn("this system's Core Audio lacks {}: {}", what,
                 fromHresult(static_cast<std::uint32_t>(code), what).detail);
}

}  // namespace deskline::audio
