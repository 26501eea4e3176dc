#include "doubles/audio/session_control.hpp"

#include "doubles/audio/results.hpp"
#include "doubles/rules/apartment.hpp"

namespace deskline::doubles::audio {

SessionControl::SessionControl(std::string given) : id(std::move(given)) {
    guardLastRelease();
    const std::lock_guard lock(world().mutex);
    world().controls.insert(this);
}

SessionControl::~SessionControl() {
    const std::lock_guard lock(world().mutex);
    world().controls.erase(this);
    if (sink) ruleBroken("a session control was released with a sink still registered");
}

HRESULT SessionControl::QueryInterface(REFIID iid, void** out) {
    if (iid == __uuidof(IAudioSessionControl)) {
        *out = static_cast<IAudioSessionControl2*>(this);
        AddRef();
        return S_OK;
    }
    return Object::QueryInterface(iid, out);
}

HRESULT SessionControl::GetState(::AudioSessionState* out) {
    return with([&](const AudioSession& s) { *out = numberOf(sessionStates, s.state); });
}

HRESULT SessionControl::GetDisplayName(LPWSTR* out) {
    return with([&](const AudioSession& s) { give(s.displayName, out); });
}

HRESULT SessionControl::SetDisplayName(LPCWSTR name, LPCGUID context) {
    called("IAudioSessionControl::SetDisplayName");
    if (const HRESULT code = withoutService()) return code;
    return hr(world().mixer.setDisplayName(id, com::toUtf8(name), world().note(context)));
}

HRESULT SessionControl::GetIconPath(LPWSTR* out) {
    return with([&](const AudioSession& s) { give(s.icon, out); });
}

HRESULT SessionControl::SetIconPath(LPCWSTR path, LPCGUID context) {
    if (const HRESULT code = withoutService()) return code;
    return hr(world().mixer.setIcon(id, com::toUtf8(path), world().note(context)));
}

HRESULT SessionControl::GetGroupingParam(GUID* out) {
    return with([&](const AudioSession& s) { CLSIDFromString(com::toUtf16("{" + s.groupingId + "}").c_str(), out); });
}

HRESULT SessionControl::RegisterAudioSessionNotification(IAudioSessionEvents* events) {
    called("IAudioSessionControl::RegisterAudioSessionNotification");
    if (const HRESULT code = withoutService()) return code;
    const std::lock_guard lock(world().mutex);
    sink = events;
    return S_OK;
}

HRESULT SessionControl::UnregisterAudioSessionNotification(IAudioSessionEvents* events) {
    called("IAudioSessionControl::UnregisterAudioSessionNotification");
    if (insideCallback()) ruleBroken("UnregisterAudioSessionNotification inside a callback");
    com::ComPtr<IAudioSessionEvents> left;
    const std::lock_guard lock(world().mutex);
    if (sink.Get() != events) return hr(notFound);
    left.Swap(sink);
    return gone();
}

HRESULT SessionControl::GetSessionIdentifier(LPWSTR* out) {
    return with([&](const AudioSession& s) { give(s.device + "|" + s.process.name, out); });
}

HRESULT SessionControl::GetSessionInstanceIdentifier(LPWSTR* out) {
    if (const auto code = world().mixer.faults().pass("GetSessionInstanceIdentifier", id)) return hr(code);
    return with([&](const AudioSession&) { give("{simulated}|" + id, out); });
}

HRESULT SessionControl::GetProcessId(DWORD* out) {
    return with([&](const AudioSession& s) { *out = s.process.id; });
}

HRESULT SessionControl::IsSystemSoundsSession() {
    if (const HRESULT code = withoutService()) return code;
    const auto now = world().mixer.session(id);
    return now && now->systemSounds ? S_OK : S_FALSE;
}

}  // namespace deskline::doubles::audio
