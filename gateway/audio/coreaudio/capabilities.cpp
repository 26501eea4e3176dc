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

void Capability::note(HRESULT code, const char* call) {
    if (SUCCEEDED(code)) {
        shown_ = has_ = true;
        return;
    }
    if (!isLack(code) || shown_ || !std::exchange(has_, false)) return;
    spdlog::warn("this system's Core Audio lacks {}: {}", call,
                 fromHresult(static_cast<std::uint32_t>(code), call).detail);
}

bool isLack(HRESULT code) { return code == E_NOTIMPL || code == E_NOINTERFACE; }

bool isWithoutService(HRESULT code) { return meansSourceLost(static_cast<std::uint32_t>(code)); }

bool isInvalidated(HRESULT code) {
    switch (static_cast<std::uint32_t>(code)) {
        case 0x88890004:               // AUDCLNT_E_DEVICE_INVALIDATED
        case 0x88890026: return true;  // AUDCLNT_E_RESOURCES_INVALIDATED
        default: return false;
    }
}

}  // namespace deskline::audio
