#include "doubles/audio/simple_volume.hpp"

#include <fmt/format.h>

#include "doubles/rules/apartment.hpp"

namespace deskline::doubles::audio {

HRESULT SimpleVolume::SetMasterVolume(float volume, LPCGUID context) {
    called(fmt::format("ISimpleAudioVolume::SetMasterVolume({:.3f})", volume));
    if (const HRESULT code = withoutService()) return code;
    return hr(world().mixer.setVolume(session(), volume, world().note(context)));
}

HRESULT SimpleVolume::GetMasterVolume(float* out) {
    return with([&](const AudioSession& s) { *out = static_cast<float>(s.volume); });
}

HRESULT SimpleVolume::SetMute(WINBOOL muted, LPCGUID context) {
    called(fmt::format("ISimpleAudioVolume::SetMute({})", muted));
    if (const HRESULT code = withoutService()) return code;
    return hr(world().mixer.setMuted(session(), muted != 0, world().note(context)));
}

HRESULT SimpleVolume::GetMute(WINBOOL* out) {
    return with([&](const AudioSession& s) { *out = s.muted; });
}

}  // namespace deskline::doubles::audio
