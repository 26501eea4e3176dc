#include "doubles/audio/session_enumerator.hpp"

#include "doubles/audio/session_control.hpp"

namespace deskline::doubles::audio {

SessionEnumerator::SessionEnumerator(SessionManager& manager) : manager_(&manager) {
    for (const auto& session : world().mixer.sessions())
        if (session.device == manager.device) ids_.push_back(session.id);
}

HRESULT SessionEnumerator::GetCount(int* out) {
    *out = static_cast<int>(ids_.size());
    const std::lock_guard lock(world().mutex);
    manager_->counted = true;
    return S_OK;
}

HRESULT SessionEnumerator::GetSession(int index, IAudioSessionControl** out) {
    if (index < 0 || static_cast<std::size_t>(index) >= ids_.size()) return E_INVALIDARG;
    *out = new SessionControl(ids_[static_cast<std::size_t>(index)]);
    return S_OK;
}

}  // namespace deskline::doubles::audio
