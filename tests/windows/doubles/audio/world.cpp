#include "doubles/audio/world.hpp"

#include <thread>

#include "doubles/audio/callbacks.hpp"
#include "doubles/audio/session_control.hpp"
#include "doubles/rules/callback.hpp"
#include "doubles/rules/object.hpp"
#include "doubles/simulation.hpp"
#include "simulation/control.hpp"

namespace deskline::doubles::audio {

World::World() {
    if (const char* state = std::getenv("DESKLINE_DOUBLE_AUDIO_SERVICE"))
        serviceRuns = std::string_view(state) != "stopped";
    mixer.listen([this](const simulation::MixerEvent& event) {
        {
            const std::lock_guard lock(mutex);
            events.push_back(event);
        }
        wake.notify_one();
    });
    std::thread([this] { run(); }).detach();
    if (const auto port = consolePort("DESKLINE_DOUBLE_AUDIO_CONSOLE"))
        console = std::make_unique<simulation::Console>(
            port, [this](const boost::json::object& request) -> boost::json::object {
                if (request.contains("do") && request.at("do") == "figures")
                    return {{"live", liveObjects(Family::audio).load()}, {"callbacks", callbackFigures()}};
                if (request.contains("do") && request.at("do") == "audio-service") {
                    if (request.at("state") == "running")
                        serviceRuns = true;
                    else
                        stopService(request.contains("silently"));
                    return {{"ok", true}};
                }
                return simulation::control(mixer, request);
            });
}

void World::stopService(bool silently) {
    std::vector<com::ComPtr<IAudioSessionEvents>> sinks;
    {
        const std::lock_guard lock(mutex);
        serviceRuns = false;
        ++serviceStarts;
        for (auto* control : controls)
            if (control->sink && !silently) sinks.push_back(control->sink);
    }
    std::thread([&] {
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        for (auto& sink : sinks) {
            const Callback callback("IAudioSessionEvents::OnSessionDisconnected");
            sink->OnSessionDisconnected(DisconnectReasonServerShutdown);
        }
        CoUninitialize();
    }).join();
}

simulation::Context World::note(const GUID* context) {
    if (!context) return 0;
    const std::lock_guard lock(mutex);
    contexts[nextContext] = *context;
    if (contexts.size() > 4096) contexts.erase(contexts.begin());
    return nextContext++;
}

std::optional<GUID> World::contextOf(simulation::Context id) {
    const std::lock_guard lock(mutex);
    const auto found = contexts.find(id);
    return found == contexts.end() ? std::nullopt : std::optional(found->second);
}

void World::run() {
    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    std::unique_lock lock(mutex);
    for (;;) {
        wake.wait(lock, [this] { return !events.empty(); });
        const auto next = std::move(events.front());
        events.pop_front();
        lock.unlock();
        tell(*this, next);
        lock.lock();
    }
}

World& world() {
    static auto* one = new World;  // to the end of the process
    return *one;
}

}  // namespace deskline::doubles::audio
