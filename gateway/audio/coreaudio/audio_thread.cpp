#include "audio/coreaudio/audio_thread.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "model/thread_name.hpp"

namespace deskline::audio {
namespace {

constexpr auto settle = std::chrono::milliseconds(250);  // a new default comes once a role, properties come in bursts
constexpr auto settleAtMost = std::chrono::seconds(2);
constexpr auto lookEvery = std::chrono::seconds(4);    // a service that dies tells nobody; lost within 5 s
constexpr auto rescanEvery = std::chrono::seconds(5);  // where Windows does not tell of all that comes
constexpr auto checkEvery = std::chrono::seconds(60);  // where it does: for what was not told all the same
constexpr auto retryEvery = std::chrono::seconds(2);

}  // namespace

void AudioThread::start(source::Report report) {
    report_ = std::move(report);
    thread_ = std::thread([this] { run(); });
}

void AudioThread::perform(Command command) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(command));
    }
    callbacks_->wake();
}

void AudioThread::meter(double framesPerSecond) {
    meterRate_ = std::clamp(framesPerSecond, 0.0, 60.0);
    callbacks_->wake();
}

void AudioThread::stop() {
    stopping_ = true;
    callbacks_->wake();
    if (thread_.joinable()) thread_.join();
}

void AudioThread::run() {
    nameThread("audio");
    const auto apartment = com::enterApartment();
    connect();
    while (!stopping_) {
        WaitForSingleObject(callbacks_->event(), timeout());
        carryOutCommands();
        reader_.readFlags();  // what is over makes way for what comes, which may have its identifiers
        reader_.readNotices();
        if (reader_.serviceStopped())
            lose(fromHresult(hresult("AUDCLNT_E_SERVICE_NOT_RUNNING"), "IAudioSessionEvents::OnSessionDisconnected"));
        const auto time = Clock::now();
        if (!lost_ && time >= nextLook_) serviceAnswers();
        rescanIfDue(time);
        if (meterRate_ > 0 && time >= nextMeter_) readMeters(time);
    }
    letGo();
}

bool AudioThread::serviceAnswers() {
    nextLook_ = Clock::now() + lookEvery;
    const HRESULT code = inventory_.look();
    if (FAILED(code)) lose(com::failed(code, "the Windows Audio service"));
    return SUCCEEDED(code);
}

void AudioThread::rescanIfDue(Clock::time_point time) {
    if (callbacks_->rescan.exchange(false)) {
        if (!rescanAt_) rescanBy_ = time + settleAtMost;
        rescanAt_ = std::min(time + settle, rescanBy_);
    }
    if ((rescanAt_ && time >= *rescanAt_) || time >= nextRescan_) rescan();
}

bool AudioThread::blind() const {
    return !deviceEvents_ || !capabilities_.sessionEvents || !inventory_.complete() || inventory_.empty();
}

void AudioThread::scheduleRescan() {
    nextRescan_ = Clock::now() + (lost_ ? retryEvery : blind() ? rescanEvery : checkEvery);
}

DWORD AudioThread::timeout() const {
    auto next = lost_ ? nextRescan_ : std::min(nextRescan_, nextLook_);
    if (rescanAt_) next = std::min(next, *rescanAt_);
    if (meterRate_ > 0) next = std::min(next, nextMeter_);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now()).count();
    return static_cast<DWORD>(std::clamp<std::int64_t>(left + 1, 1, 60'000));
}

void AudioThread::connect() {
    if (!enumerator_) {
        const HRESULT code =
            CoCreateInstance(enumeratorClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(IMMDeviceEnumerator),
                             reinterpret_cast<void**>(enumerator_.GetAddressOf()));
        if (FAILED(code)) return lose(com::failed(code, "CoCreateInstance(MMDeviceEnumerator)"));
        deviceSink_.Attach(new DeviceSink(callbacks_));  // not AddRef'ed by the registration: it lives until letGo
        const HRESULT registered = enumerator_->RegisterEndpointNotificationCallback(deviceSink_.Get());
        deviceEvents_ = SUCCEEDED(registered);
        capabilities_.devices.note(registered, "IMMDeviceEnumerator::RegisterEndpointNotificationCallback");
    }
    if (const HRESULT code = inventory_.build(enumerator_.Get()); FAILED(code))
        return lose(com::failed(code, "IMMDeviceEnumerator::EnumAudioEndpoints"));
    // Devices are another service's: they are listed while the one of their sessions and volumes is not up.
    if (!serviceAnswers()) return;
    lost_.reset();
    scheduleRescan();
    reportCapabilities(true);
    report_({inventory_.inventory()});
}

void AudioThread::letGo() {
    inventory_.clear();
    if (enumerator_ && deviceSink_ && std::exchange(deviceEvents_, false))
        enumerator_->UnregisterEndpointNotificationCallback(deviceSink_.Get());
    deviceSink_.Reset();
    enumerator_.Reset();
    reader_.drain();
}

void AudioThread::lose(const Fault& fault) {
    const bool already = lost_.has_value();
    lost_ = fault;
    rescanAt_.reset();
    scheduleRescan();
    letGo();  // objects of before never answer again: all are made anew
    if (already) return;
    spdlog::warn("audio source lost: {}", fault.detail);
    report_({SourceLost{Source::audio, fault}});
}

void AudioThread::rescan() {
    rescanAt_.reset();
    if (lost_) return connect();
    if (!serviceAnswers()) return;
    if (const HRESULT code = inventory_.rescan(enumerator_.Get()); FAILED(code))
        return lose(com::failed(code, "IMMDeviceEnumerator::EnumAudioEndpoints"));
    scheduleRescan();
    reportCapabilities(false);
}

void AudioThread::reportCapabilities(bool always) {
    auto now = capabilities_.all();
    if (!always && now == reportedCapabilities_) return;
    reportedCapabilities_ = now;
    report_({SourceConnected{Source::audio, std::move(now)}});
}

void AudioThread::carryOutCommands() {
    std::deque<Command> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(waiting_);
    }
    for (auto& command : taken) command.completion(lost_ ? Result<Outcome>(*lost_) : commands_.carryOut(command));
}

void AudioThread::readMeters(Clock::time_point time) {
    nextMeter_ = time + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / meterRate_));
    if (inventory_.sessions().empty()) return;
    bool any = false;
    for (auto& [key, session] : inventory_.sessions())
        if (auto meter = session->meter()) {
            any = true;
            report_({std::move(*meter)});
        }
    capabilities_.meters.note(any ? S_OK : E_NOINTERFACE, "IAudioMeterInformation");
    reportCapabilities(false);
}

}  // namespace deskline::audio
