#include "audio/coreaudio/audio_thread.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace deskline::audio {
namespace {

constexpr auto settle = std::chrono::milliseconds(250);  // a new default comes once a role, properties come in bursts
constexpr auto rescanEvery = std::chrono::seconds(5);    // where notifications cannot be registered
constexpr auto retryEvery = std::chrono::seconds(2);

}  // namespace

void AudioThread::start(source::Report report) {
    report_ = std::move(report);
    nextRescan_ = Clock::now() + rescanEvery;
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
    const auto apartment = com::enterApartment();
    connect();
    while (!stopping_) {
        WaitForSingleObject(callbacks_->event(), timeout());
        carryOutCommands();
        reader_.readNotices();
        reader_.readFlags();
        if (callbacks_->rescan.exchange(false)) rescanAt_ = Clock::now() + settle;
        const auto time = Clock::now();
        const bool blind = !capabilities_.sessionEvents || inventory_.devices().empty() || lost_;
        if ((rescanAt_ && time >= *rescanAt_) || (blind && time >= nextRescan_)) rescan();
        if (meterRate_ > 0 && time >= nextMeter_) readMeters(time);
    }
    disconnect();
}

DWORD AudioThread::timeout() const {
    auto next = nextRescan_;
    if (rescanAt_) next = std::min(next, *rescanAt_);
    if (meterRate_ > 0) next = std::min(next, nextMeter_);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now()).count();
    return static_cast<DWORD>(std::clamp<std::int64_t>(left + 1, 1, 5000));
}

void AudioThread::connect() {
    if (!enumerator_) {
        const HRESULT code =
            CoCreateInstance(enumeratorClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(IMMDeviceEnumerator),
                             reinterpret_cast<void**>(enumerator_.GetAddressOf()));
        if (FAILED(code)) return lose(com::failed(code, "CoCreateInstance(MMDeviceEnumerator)"));
        deviceSink_.Attach(new DeviceSink(callbacks_));  // not AddRef'ed by the registration: it lives until disconnect
        enumerator_->RegisterEndpointNotificationCallback(deviceSink_.Get());
    }
    if (const HRESULT code = inventory_.build(enumerator_.Get()); FAILED(code))
        return lose(com::failed(code, "IMMDeviceEnumerator::EnumAudioEndpoints"));
    lost_ = false;
    reportCapabilities(true);
    report_({inventory_.inventory()});
}

void AudioThread::disconnect() {
    inventory_.clear();
    if (enumerator_ && deviceSink_) enumerator_->UnregisterEndpointNotificationCallback(deviceSink_.Get());
    deviceSink_.Reset();
    enumerator_.Reset();
    reader_.drain();
}

void AudioThread::lose(const Fault& fault) {
    nextRescan_ = Clock::now() + retryEvery;
    if (std::exchange(lost_, true)) return;
    spdlog::warn("audio source lost: {}", fault.detail);
    report_({SourceLost{Source::audio, fault}});
    inventory_.clear();
}

void AudioThread::rescan() {
    rescanAt_.reset();
    nextRescan_ = Clock::now() + (lost_ ? retryEvery : rescanEvery);
    if (lost_ || !enumerator_) return connect();
    if (const HRESULT code = inventory_.rescan(enumerator_.Get()); FAILED(code))
        return lose(com::failed(code, "IMMDeviceEnumerator::EnumAudioEndpoints"));
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
    for (auto& command : taken) command.completion(commands_.carryOut(command));
}

void AudioThread::readMeters(Clock::time_point time) {
    nextMeter_ = time + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / meterRate_));
    bool any = inventory_.sessions().empty();
    for (auto& [key, session] : inventory_.sessions())
        if (auto meter = session->meter()) {
            any = true;
            report_({std::move(*meter)});
        }
    if (any || !std::exchange(capabilities_.meters, false)) return;
    spdlog::warn("this system's Core Audio lacks IAudioMeterInformation");
    reportCapabilities(false);
}

}  // namespace deskline::audio
