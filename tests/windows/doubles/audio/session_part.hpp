// A part of a session's object: Core Audio gives its control, volume, channels and meter as one COM object with four
// interfaces. Each part fakes one of them and names it as `Com`; SessionControl is all together. Thread: the client's.
#pragma once
#include <string>

#include "doubles/audio/world.hpp"
#include "doubles/simulation.hpp"

namespace deskline::doubles::audio {

template <class Interface>
class SessionPart : public Interface {
public:
    using Com = Interface;

protected:
    virtual const std::string& session() const = 0;  // the mixer's id
    virtual HRESULT withoutService() const = 0;      // S_OK: the service runs

    // AUDCLNT_E_DEVICE_INVALIDATED where the session is gone.
    HRESULT with(auto read) {
        if (const HRESULT code = withoutService()) return code;
        const auto now = world().mixer.session(session());
        if (!now) return hr(deviceInvalidated);
        read(*now);
        return S_OK;
    }
};

}  // namespace deskline::doubles::audio
