#include "doubles/audio/meter.hpp"

#include <algorithm>

namespace deskline::doubles::audio {

HRESULT Meter::GetPeakValue(float* peak) {
    if (const HRESULT code = withoutService()) return code;
    const auto peaks = world().mixer.peaks(session());
    *peak = peaks.empty() ? 0 : static_cast<float>(std::max(peaks[0], peaks.back()));
    return S_OK;
}

HRESULT Meter::GetMeteringChannelCount(UINT* count) {
    if (const HRESULT code = withoutService()) return code;
    *count = 2;
    return S_OK;
}

HRESULT Meter::GetChannelsPeakValues(UINT32 count, float* out) {
    if (const HRESULT code = withoutService()) return code;
    const auto peaks = world().mixer.peaks(session());
    for (UINT32 i = 0; i < count && i < peaks.size(); ++i) out[i] = static_cast<float>(peaks[i]);
    return S_OK;
}

HRESULT Meter::QueryHardwareSupport(DWORD* mask) {
    *mask = 0;
    return S_OK;
}

}  // namespace deskline::doubles::audio
