// A fake of IMMDeviceEnumerator: the devices of the mixer, the default ones, and who is told of changes to them. The
// client's threads call it; a notification client is called on the callback thread and, as Windows has it, not
// AddRef'ed. It enforces that nobody unregisters inside a callback.
#pragma once
#include "doubles/audio/world.hpp"
#include "doubles/rules/object.hpp"

namespace deskline::doubles::audio {

class DeviceEnumerator final : public AudioObject<IMMDeviceEnumerator> {
public:
    DeviceEnumerator();
    HRESULT STDMETHODCALLTYPE EnumAudioEndpoints(EDataFlow flow, DWORD, IMMDeviceCollection** out) override;
    HRESULT STDMETHODCALLTYPE GetDefaultAudioEndpoint(EDataFlow flow, ERole role, IMMDevice** out) override;
    HRESULT STDMETHODCALLTYPE GetDevice(LPCWSTR id, IMMDevice** out) override;
    HRESULT STDMETHODCALLTYPE RegisterEndpointNotificationCallback(IMMNotificationClient* client) override;
    HRESULT STDMETHODCALLTYPE UnregisterEndpointNotificationCallback(IMMNotificationClient* client) override;
};

}  // namespace deskline::doubles::audio
