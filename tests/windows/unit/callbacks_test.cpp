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
    CHECK(callbacks->ducked.take(notice.duckedSlot).size() == longestId - 1);
}
