// The double of Core Audio itself: each rule, once broken, is found. Runs in the prefix where it is registered.
#include <catch2/catch.hpp>

#include <thread>

#include "audio/coreaudio/interfaces.hpp"
#include "doubles_log.hpp"

using namespace deskline;
using com::ComPtr;
using doubles::found;
using doubles::logged;

namespace {

struct SessionClient : IAudioSessionEvents {
    std::function<void()> act;
    std::atomic<int> calls{0};
    std::atomic<ULONG> held{0};  // by the double, whose thread may have it for a moment longer than it is registered
    ~SessionClient() {
        for (int i = 0; i < 2'000 && held > 0; ++i) Sleep(10);
    }
    HRESULT happened() {
        if (act) act();
        ++calls;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void** out) override {
        *out = this;
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return ++held + 1; }
    ULONG STDMETHODCALLTYPE Release() override { return held--; }  // the last that the double does with it
    HRESULT STDMETHODCALLTYPE OnDisplayNameChanged(LPCWSTR, LPCGUID) override { return happened(); }
    HRESULT STDMETHODCALLTYPE OnIconPathChanged(LPCWSTR, LPCGUID) override { return happened(); }
    HRESULT STDMETHODCALLTYPE OnSimpleVolumeChanged(float, WINBOOL, LPCGUID) override { return happened(); }
    HRESULT STDMETHODCALLTYPE OnChannelVolumeChanged(DWORD, float[], DWORD, LPCGUID) override { return happened(); }
    HRESULT STDMETHODCALLTYPE OnGroupingParamChanged(LPCGUID, LPCGUID) override { return happened(); }
    HRESULT STDMETHODCALLTYPE OnStateChanged(::AudioSessionState) override { return happened(); }
    HRESULT STDMETHODCALLTYPE OnSessionDisconnected(AudioSessionDisconnectReason) override { return happened(); }
};

struct Sound {
    ComPtr<IMMDeviceEnumerator> enumerator;
    ComPtr<IAudioSessionManager2> manager;
    ComPtr<IAudioSessionControl> control;
    Sound() {
        REQUIRE(CoCreateInstance(audio::enumeratorClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(IMMDeviceEnumerator),
                                 reinterpret_cast<void**>(enumerator.GetAddressOf())) == S_OK);
        ComPtr<IMMDevice> device;
        REQUIRE(enumerator->GetDefaultAudioEndpoint(eRender, eConsole, device.GetAddressOf()) == S_OK);
        REQUIRE(device->Activate(__uuidof(IAudioSessionManager2), CLSCTX_INPROC_SERVER, nullptr,
                                 reinterpret_cast<void**>(manager.GetAddressOf())) == S_OK);
        ComPtr<IAudioSessionEnumerator> all;
        manager->GetSessionEnumerator(all.GetAddressOf());
        int count = 0;
        all->GetCount(&count);
        REQUIRE(count > 0);
        REQUIRE(all->GetSession(0, control.GetAddressOf()) == S_OK);
    }
    void move() {
        static float volume = 0.1F;
        volume = volume > 0.8F ? 0.1F : volume + 0.05F;
        com::query<ISimpleAudioVolume>(control.Get())->SetMasterVolume(volume, nullptr);
    }
};

const auto apartment = com::enterApartment();

}  // namespace

TEST_CASE("broken rule: unregistering inside a callback") {
    SessionClient client;
    Sound s;
    s.control->RegisterAudioSessionNotification(&client);
    client.act = [&] { s.control->UnregisterAudioSessionNotification(&client); };
    CHECK(found("UnregisterAudioSessionNotification inside a callback", [&] { s.move(); }));
    for (int i = 0; i < 2'000 && client.calls == 0; ++i) Sleep(10);
}

TEST_CASE("broken rule: the last reference released inside a callback") {
    SessionClient client;
    Sound s;
    std::atomic<bool> lastButOne{false};
    s.control->RegisterAudioSessionNotification(&client);
    auto* last = s.control.Detach();
    client.act = [&] {
        for (int i = 0; i < 200 && !lastButOne; ++i) Sleep(10);
        last->Release();
    };
    CHECK(found("the last reference was released inside a callback", [&] {
        com::query<ISimpleAudioVolume>(last)->SetMasterVolume(0.33F, nullptr);  // one change, one callback
        lastButOne = true;
    }));
    for (int i = 0; i < 2'000 && client.calls == 0; ++i) Sleep(10);
    CHECK(client.calls == 1);
}

TEST_CASE("broken rule: a session control released with its sink registered") {
    CHECK(found("released with a sink still registered", [] {
        SessionClient client;
        Sound s;
        s.control->RegisterAudioSessionNotification(&client);
    }));
}
