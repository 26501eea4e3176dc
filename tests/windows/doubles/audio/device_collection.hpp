// A fake of IMMDeviceCollection: the devices that were there when it was asked for. The client's threads call it.
#pragma once
#include <string>
#include <vector>

#include "doubles/audio/world.hpp"
#include "doubles/rules/object.hpp"

namespace deskline::doubles::audio {

class DeviceCollection final : public AudioObject<IMMDeviceCollection> {
public:
    explicit DeviceCollection(std::vector<std::string> ids) : ids_(std::move(ids)) {}
    HRESULT STDMETHODCALLTYPE GetCount(UINT* out) override;
    HRESULT STDMETHODCALLTYPE Item(UINT index, IMMDevice** out) override;

private:
    const std::vector<std::string> ids_;
};

}  // namespace deskline::doubles::audio
