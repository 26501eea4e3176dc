// Core Audio's numbers as mmdeviceapi.h, audiopolicy.h, audiosessiontypes.h and audioclient.h have them: the double's
// own, each asserted against mingw-w64's header; audio_numbers_test compares the gateway's with them. Thread: any.
#pragma once
#include "audio/coreaudio/interfaces.hpp"
#include "doubles/number_table.hpp"
#include "model/values.hpp"
#include "simulation/faults.hpp"

// After Core Audio's interfaces.
#include <audioclient.h>
#include <winerror.h>

namespace deskline::doubles::audio {

inline constexpr NumberTable<EDataFlow, DeviceFlow, 2> flows{{
    {0, ::eRender, DeviceFlow::render},
    {1, ::eCapture, DeviceFlow::capture},
}};
inline constexpr NumberTable<ERole, DeviceRole, 3> roles{{
    {0, ::eConsole, DeviceRole::console},
    {1, ::eMultimedia, DeviceRole::multimedia},
    {2, ::eCommunications, DeviceRole::communications},
}};
inline constexpr NumberTable<DWORD, DeviceState, 4> deviceStates{{
    {0x1, DEVICE_STATE_ACTIVE, DeviceState::active},
    {0x2, DEVICE_STATE_DISABLED, DeviceState::disabled},
    {0x4, DEVICE_STATE_NOTPRESENT, DeviceState::not_present},
    {0x8, DEVICE_STATE_UNPLUGGED, DeviceState::unplugged},
}};
inline constexpr NumberTable<::AudioSessionState, AudioSessionState, 3> sessionStates{{
    {0, ::AudioSessionStateInactive, AudioSessionState::inactive},
    {1, ::AudioSessionStateActive, AudioSessionState::active},
    {2, ::AudioSessionStateExpired, AudioSessionState::expired},
}};
inline constexpr NumberTable<AudioSessionDisconnectReason, DisconnectReason, 6> disconnectReasons{{
    {0, ::DisconnectReasonDeviceRemoval, DisconnectReason::device_removal},
    {1, ::DisconnectReasonServerShutdown, DisconnectReason::server_shutdown},
    {2, ::DisconnectReasonFormatChanged, DisconnectReason::format_changed},
    {3, ::DisconnectReasonSessionLogoff, DisconnectReason::session_logoff},
    {4, ::DisconnectReasonSessionDisconnected, DisconnectReason::session_disconnected},
    {5, ::DisconnectReasonExclusiveModeOverride, DisconnectReason::exclusive_mode_override},
}};
static_assert(asInHeader(flows) && asInHeader(roles) && asInHeader(deviceStates) && asInHeader(sessionStates) &&
              asInHeader(disconnectReasons));
inline constexpr auto allFlows = static_cast<EDataFlow>(2);
static_assert(allFlows == ::eAll);

// HRESULTs.
inline constexpr simulation::Code deviceInvalidated = 0x88890004;
inline constexpr simulation::Code serviceNotRunning = 0x88890010;
inline constexpr simulation::Code notFound = 0x80070490;
static_assert(deviceInvalidated == static_cast<simulation::Code>(AUDCLNT_E_DEVICE_INVALIDATED) &&
              serviceNotRunning == static_cast<simulation::Code>(AUDCLNT_E_SERVICE_NOT_RUNNING) &&
              notFound == static_cast<simulation::Code>(HRESULT_FROM_WIN32(ERROR_NOT_FOUND)));

// PKEY_Device_FriendlyName (functiondiscoverykeys_devpkey.h), which no mingw-w64 library defines.
inline constexpr PROPERTYKEY friendlyName = {
    {0xA45C254E, 0xDF1C, 0x4EFD, {0x80, 0x20, 0x67, 0xD1, 0x46, 0xA8, 0x50, 0xE0}}, 14};

}  // namespace deskline::doubles::audio
