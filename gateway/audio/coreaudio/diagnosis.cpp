#include "audio/coreaudio/diagnosis.hpp"

#include "audio/coreaudio/device.hpp"
#include "com/services.hpp"

namespace deskline::audio {
namespace {

constexpr DWORD notificationPatience = 1000;  // milliseconds

// Moves the volume by one part in a hundred and back, and sees whether Windows calls.
Finding notificationsOf(IMMDevice* device) {
    Finding finding{"audio", Severity::degraded, "", "A volume moved elsewhere would not be seen at once.",
                    "Update the audio driver; on Wine this is known to be lacking."};
    ComPtr<IAudioEndpointVolume> volume;
    float now = 0;
    if (FAILED(device->Activate(__uuidof(IAudioEndpointVolume), CLSCTX_INPROC_SERVER, nullptr,
                                reinterpret_cast<void**>(volume.GetAddressOf()))) ||
        FAILED(volume->GetMasterVolumeLevelScalar(&now))) {
        finding.finding = "The volume of the default device cannot be read.";
        return finding;
    }
    const auto callbacks = std::make_shared<CallbackQueue>();
    ComPtr<VolumeSink> sink;
    sink.Attach(new VolumeSink(callbacks, 1, std::make_shared<CallbackFlags>()));
    const bool registered = SUCCEEDED(volume->RegisterControlChangeNotify(sink.Get()));
    const HRESULT moved = volume->SetMasterVolumeLevelScalar(now > 0.5F ? now - 0.01F : now + 0.01F, nullptr);
    const bool called = registered && SUCCEEDED(moved) &&
                        WaitForSingleObject(callbacks->event(), notificationPatience) == WAIT_OBJECT_0;
    if (SUCCEEDED(moved)) volume->SetMasterVolumeLevelScalar(now, nullptr);
    if (registered) volume->UnregisterControlChangeNotify(sink.Get());
    if (called)
        return {"audio", Severity::ok, "Notifications arrive: a small change of the volume, undone at once, was told.",
                "", ""};
    finding.finding = FAILED(moved) ? "The volume of the default device cannot be set: " +
                                          com::failed(moved, "SetMasterVolumeLevelScalar").detail
                                    : "A change of the volume was not told within a second.";
    return finding;
}

}  // namespace

std::vector<Finding> diagnoseCoreAudio(bool probe) {
    const auto apartment = com::enterApartment();
    std::vector<Finding> findings;
    const auto add = [&](Severity severity, std::string finding, std::string meaning = "", std::string remedy = "") {
        findings.push_back({"audio", severity, std::move(finding), std::move(meaning), std::move(remedy)});
    };
    findings.push_back(com::checkService("audio", L"Audiosrv", "Windows Audio", "No audio from this host."));
    ComPtr<IMMDeviceEnumerator> enumerator;
    ComPtr<IMMDeviceCollection> all;
    UINT count = 0;
    HRESULT code = CoCreateInstance(enumeratorClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(IMMDeviceEnumerator),
                                    reinterpret_cast<void**>(enumerator.GetAddressOf()));
    if (SUCCEEDED(code)) code = enumerator->EnumAudioEndpoints(eAll, DEVICE_STATEMASK_ALL, all.GetAddressOf());
    if (SUCCEEDED(code)) code = all->GetCount(&count);
    if (FAILED(code)) {
        add(Severity::degraded, "Core Audio is not to be had: " + com::failed(code, "IMMDeviceEnumerator").detail,
            "No audio from this host; telephony is served.",
            "Start the service Windows Audio, or set [audio] source = \"none\".");
        return findings;
    }
    if (count == 0)
        add(Severity::degraded, "There is no audio device.", "There is nothing to control.",
            "Plug a headset in; Deskline notices it by itself.");
    Capabilities capabilities;
    const auto callbacks = std::make_shared<CallbackQueue>();
    std::size_t sessions = 0;
    for (UINT i = 0; i < count; ++i) {
        ComPtr<IMMDevice> device;
        if (FAILED(all->Item(i, device.GetAddressOf()))) continue;
        AudioDeviceHandle entry(std::move(device), i + 1, callbacks, capabilities);
        add(Severity::ok, std::string(entry.value.flow == DeviceFlow::capture ? "Microphone" : "Output") + " '" +
                              entry.value.name + "' is " + std::string(name(entry.value.state)) + ".");
        sessions += entry.sessions().size();
    }
    for (const auto& [what, can] : capabilities.all())
        if (!can)
            add(Severity::degraded, "Core Audio lacks " + what + " here.",
                "What needs it answers 501; everything else goes on.",
                "Update Windows or the audio driver; on Wine this is known to be lacking.");
    add(Severity::ok, "Audio sessions now: " + std::to_string(sessions) + ".");
    if (!probe) {
        add(Severity::ok,
            "Whether changes of a volume are told was not tried: `deskline doctor --probe` moves that of the default "
            "output by 1 % for a moment.");
        return findings;
    }
    ComPtr<IMMDevice> standard;
    if (SUCCEEDED(enumerator->GetDefaultAudioEndpoint(eRender, eConsole, standard.GetAddressOf())) && standard)
        findings.push_back(notificationsOf(standard.Get()));
    return findings;
}

}  // namespace deskline::audio
