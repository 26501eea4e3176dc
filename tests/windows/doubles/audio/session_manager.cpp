#include "doubles/audio/session_manager.hpp"

#include "doubles/audio/session_enumerator.hpp"
#include "doubles/rules/apartment.hpp"

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
    *out = new SessionEnumerator(*this);
    return S_OK;
}

HRESULT SessionManager::RegisterSessionNotification(IAudioSessionNotification* sink) {
    called("IAudioSessionManager2::RegisterSessionNotification");
    const std::lock_guard lock(world().mutex);
    created = sink;
    return S_OK;
}

HRESULT SessionManager::UnregisterSessionNotification(IAudioSessionNotification*) {
    if (insideCallback()) ruleBroken("UnregisterSessionNotification inside a callback");
    com::ComPtr<IAudioSessionNotification> gone;
    const std::lock_guard lock(world().mutex);
    gone.Swap(created);
    return S_OK;
}

HRESULT SessionManager::RegisterDuckNotification(LPCWSTR, IAudioVolumeDuckNotification* sink) {
    const std::lock_guard lock(world().mutex);
    ducking = sink;
    return S_OK;
}

HRESULT SessionManager::UnregisterDuckNotification(IAudioVolumeDuckNotification*) {
    com::ComPtr<IAudioVolumeDuckNotification> gone;
    const std::lock_guard lock(world().mutex);
    gone.Swap(ducking);
    return S_OK;
}

}  // namespace deskline::doubles::audio
