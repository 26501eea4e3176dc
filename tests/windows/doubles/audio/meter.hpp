// A fake of IAudioMeterInformation: the peaks of a session, two channels, no hardware. The client's threads call it.
#pragma once
#include "doubles/audio/session_part.hpp"

namespace deskline::doubles::audio {

class Meter : public SessionPart<IAudioMeterInformation> {
public:
    HRESULT STDMETHODCALLTYPE GetPeakValue(float* peak) override;
    HRESULT STDMETHODCALLTYPE GetMeteringChannelCount(UINT* count) override;
    HRESULT STDMETHODCALLTYPE GetChannelsPeakValues(UINT32 count, float* out) override;
    HRESULT STDMETHODCALLTYPE QueryHardwareSupport(DWORD* mask) override;
};

}  // namespace deskline::doubles::audio
