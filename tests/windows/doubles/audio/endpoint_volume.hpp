// A fake of IAudioEndpointVolume: volume, mute and channels of a device, −96 to 0 dB. The client's threads call it, its
// sink is called on the callback thread. It enforces that nobody unregisters inside a callback, and answers
// AUDCLNT_E_DEVICE_INVALIDATED while the device is not active, and AUDCLNT_E_SERVICE_NOT_RUNNING without the service.
#pragma once
#include <string>

#include "com/com.hpp"
#include "doubles/audio/world.hpp"
#include "doubles/rules/object.hpp"

namespace deskline::doubles::audio {

class EndpointVolume final : public AudioObject<IAudioEndpointVolume>, public OfService {
public:
    explicit EndpointVolume(std::string device);
    const std::string device;
    com::ComPtr<IAudioEndpointVolumeCallback> sink;  // under the world's lock

    HRESULT STDMETHODCALLTYPE RegisterControlChangeNotify(IAudioEndpointVolumeCallback* callback) override;
    HRESULT STDMETHODCALLTYPE UnregisterControlChangeNotify(IAudioEndpointVolumeCallback* callback) override;
    HRESULT STDMETHODCALLTYPE GetChannelCount(UINT* out) override;
    HRESULT STDMETHODCALLTYPE SetMasterVolumeLevel(FLOAT decibels, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE SetMasterVolumeLevelScalar(FLOAT volume, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE GetMasterVolumeLevel(FLOAT* out) override;
    HRESULT STDMETHODCALLTYPE GetMasterVolumeLevelScalar(FLOAT* out) override;
    HRESULT STDMETHODCALLTYPE SetChannelVolumeLevel(UINT, FLOAT, LPCGUID) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE SetChannelVolumeLevelScalar(UINT index, FLOAT volume, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE GetChannelVolumeLevel(UINT, FLOAT*) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetChannelVolumeLevelScalar(UINT index, FLOAT* out) override;
    HRESULT STDMETHODCALLTYPE SetMute(WINBOOL muted, LPCGUID context) override;
    HRESULT STDMETHODCALLTYPE GetMute(WINBOOL* out) override;
    HRESULT STDMETHODCALLTYPE GetVolumeStepInfo(UINT*, UINT*) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE VolumeStepUp(LPCGUID) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE VolumeStepDown(LPCGUID) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE QueryHardwareSupport(DWORD* mask) override;
    HRESULT STDMETHODCALLTYPE GetVolumeRange(FLOAT* least, FLOAT* most, FLOAT* step) override;

private:
    ~EndpointVolume() override;
    HRESULT with(auto read);
};

}  // namespace deskline::doubles::audio
