// A fake of IMMDevice and IMMEndpoint: a device of the mixer, which gives its endpoint volume and its session manager.
// The client's threads call it.
#pragma once
#include <string>

#include "doubles/audio/results.hpp"
#include "doubles/audio/world.hpp"
#include "doubles/rules/object.hpp"

namespace deskline::doubles::audio {

class Device final : public AudioObject<IMMDevice, IMMEndpoint> {
public:
    explicit Device(std::string id) : id_(std::move(id)) {}
    HRESULT STDMETHODCALLTYPE Activate(REFIID id, DWORD, PROPVARIANT*, void** out) override;
    HRESULT STDMETHODCALLTYPE OpenPropertyStore(DWORD, IPropertyStore** out) override;
    HRESULT STDMETHODCALLTYPE GetId(LPWSTR* out) override { return give(id_, out); }
    HRESULT STDMETHODCALLTYPE GetState(DWORD* out) override;  // not present, where it is gone
    HRESULT STDMETHODCALLTYPE GetDataFlow(EDataFlow* out) override;

private:
    const std::string id_;
};

}  // namespace deskline::doubles::audio
