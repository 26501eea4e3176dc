// What audio callbacks leave behind. Windows only; needs no COM server. (Audio and TAPI headers clash in one file.)
#include <catch2/catch.hpp>

#include "audio/coreaudio/callbacks.hpp"
#include "com/com.hpp"

using namespace deskline;

TEST_CASE("callbacks copy and return; a full queue merges volumes and drops no state") {
    using namespace deskline::audio;
    auto callbacks = std::make_shared<CallbackQueue>();
    auto flags = std::make_shared<CallbackFlags>();
    com::ComPtr<SessionSink> sink;
    sink.Attach(new SessionSink(callbacks, 7, flags));
    const GUID context{1, 2, 3, {}};
    float channels[2] = {0.25F, 0.5F};
    sink->OnSimpleVolumeChanged(0.5F, TRUE, &context);
    sink->OnChannelVolumeChanged(2, channels, static_cast<DWORD>(-1), nullptr);
    Notice notice;
    REQUIRE(callbacks->pop(notice));
    CHECK(notice.object == 7);
    CHECK(notice.volume == 0.5F);
    CHECK(notice.muted);
    CHECK(notice.context.Data1 == 1);
    REQUIRE(callbacks->pop(notice));
    CHECK(notice.kind == NoticeKind::channels);
    CHECK(notice.channels[1] == 0.5F);
    CHECK_FALSE(callbacks->pop(notice));
    for (int i = 0; i < 5000; ++i) sink->OnSimpleVolumeChanged(0.1F, FALSE, nullptr);
    sink->OnStateChanged(::AudioSessionStateExpired);
    sink->OnSessionDisconnected(::DisconnectReasonFormatChanged);
    CHECK(callbacks->merged > 0);
    CHECK(flags->readAgain);
    CHECK(flags->state == 2);
    CHECK(flags->disconnected == 2);
}

TEST_CASE("callbacks of an object with more channels than a notice holds have it read, not cut") {
    using namespace deskline::audio;
    auto callbacks = std::make_shared<CallbackQueue>();
    auto flags = std::make_shared<CallbackFlags>();
    com::ComPtr<SessionSink> session;
    session.Attach(new SessionSink(callbacks, 7, flags));
    com::ComPtr<VolumeSink> device;
    device.Attach(new VolumeSink(callbacks, 8, flags));
    for (const DWORD count : {DWORD{mostChannels}, DWORD{mostChannels + 1}, DWORD{64}}) {
        INFO(count);
        const bool fits = count <= mostChannels;
        std::vector<float> volumes(count, 0.5F);
        std::vector<std::uint64_t> room(sizeof(AUDIO_VOLUME_NOTIFICATION_DATA) / 8 + count + 1);  // aligned
        auto& data = *reinterpret_cast<AUDIO_VOLUME_NOTIFICATION_DATA*>(room.data());
        data.nChannels = count;
        for (const auto& act :
             {std::function<void()>([&] { session->OnChannelVolumeChanged(count, volumes.data(), 0, nullptr); }),
              std::function<void()>([&] { device->OnNotify(&data); })}) {
            flags->readAgain = false;
            act();
            Notice notice;
            CHECK(callbacks->pop(notice) == fits);
            CHECK(flags->readAgain != fits);
            if (fits) CHECK(notice.channelCount == count);
        }
    }
}

TEST_CASE("callbacks of ducking: an identifier waits in a slot until it is read; beyond the slots they are counted") {
    using namespace deskline::audio;
    auto callbacks = std::make_shared<CallbackQueue>();
    com::ComPtr<DuckSink> sink;
    sink.Attach(new DuckSink(callbacks));
    const auto id = [](std::size_t number) { return L"session " + std::to_wstring(number); };
    for (std::size_t i = 0; i <= DuckedSessions::capacity; ++i) sink->OnVolumeDuckNotification(id(i).c_str(), 2);
    CHECK(callbacks->merged == 1);
    Notice notice;
    for (std::size_t i = 0; i < DuckedSessions::capacity; ++i) {
        REQUIRE(callbacks->pop(notice));
        CHECK(notice.kind == NoticeKind::duck);
        CHECK(notice.channelCount == 2);
        CHECK(callbacks->ducked.take(notice.duckedSlot) == id(i));
    }
    CHECK_FALSE(callbacks->pop(notice));
    sink->OnVolumeUnduckNotification(nullptr);
    sink->OnVolumeUnduckNotification(std::wstring(600, L'x').c_str());
    REQUIRE(callbacks->pop(notice));
    CHECK(notice.kind == NoticeKind::unduck);
    CHECK(callbacks->ducked.take(notice.duckedSlot).empty());
    REQUIRE(callbacks->pop(notice));
    CHECK(callbacks->ducked.take(notice.duckedSlot).size() == 600);
    for (std::size_t i = 0; i <= DuckedSessions::capacity; ++i)  // one that is cut would name no session
        sink->OnVolumeUnduckNotification(std::wstring(longestId, L'x').c_str());
    CHECK_FALSE(callbacks->pop(notice));
    sink->OnVolumeUnduckNotification(std::wstring(longestId - 1, L'x').c_str());
    REQUIRE(callbacks->pop(notice));
    CHECK(callbacks->ducked.take(notice.duckedSlot).size() == longestId - 1);
}
