#include "doubles/audio/session_manager.hpp"

#include "doubles/audio/session_enumerator.hpp"
#include "doubles/rules/apartment.hpp"
#include "doubles/simulation.hpp"

namespace deskline::doubles::audio {

SessionManager::SessionManager(std::string given) : device(std::move(given)) {
    const std::lock_guard lock(world().mutex);
    world().managers.insert(this);
}

SessionManager::~SessionManager() {
    const std::lock_guard lock(world().mutex);
    world().managers.erase(this);
}

HRESULT SessionManager::GetSessionEnumerator(IAudioSessionEnumerator** out) {
    called("IAudioSessionManager2::GetSessionEnumerator");
    if (const HRESULT code = gone()) return code;
    *out = new SessionEnumerator(*this);
    return S_OK;
}

HRESULT SessionManager::RegisterSessionNotification(IAudioSessionNotification* sink) {
    called("IAudioSessionManager2::RegisterSessionNotification");
    if (const HRESULT code = gone()) return code;
    if (const auto code = world().mixer.faults().pass("RegisterSessionNotification", device)) return hr(code);
    const std::lock_guard lock(world().mutex);
    created = sink;
    return S_OK;
}

HRESULT SessionManager::UnregisterSessionNotification(IAudioSessionNotification*) {
    if (insideCallback()) ruleBroken("UnregisterSessionNotification inside a callback");
    com::ComPtr<IAudioSessionNotification> left;
    const std::lock_guard lock(world().mutex);
    left.Swap(created);
    return gone();
}

HRESULT SessionManager::RegisterDuckNotification(LPCWSTR, IAudioVolumeDuckNotification* sink) {
    if (const HRESULT code = gone()) return code;
    if (const auto code = world().mixer.faults().pass("RegisterDuckNotification", device)) return hr(code);
    const std::lock_guard lock(world().mutex);
    ducking = sink;
    return S_OK;
}

HRESULT SessionManager::UnregisterDuckNotification(IAudioVolumeDuckNotification*) {
    com::ComPtr<IAudioVolumeDuckNotification> left;
    const std::lock_guard lock(world().mutex);
    left.Swap(ducking);
    return gone();
}

}  // namespace deskline::doubles::audio
