// What audio callbacks leave behind. Windows only; needs no COM server. (Audio and TAPI headers clash in one file.)
#include <catch2/catch.hpp>

#include "audio/coreaudio/sinks.hpp"
#include "com/com.hpp"

using namespace deskline;

TEST_CASE("callbacks copy and return; a full queue merges volumes and drops no state") {
    using namespace deskline::audio;
    auto notices = std::make_shared<Notices>();
    auto marks = std::make_shared<Marks>();
    com::ComPtr<SessionSink> sink;
    sink.Attach(new SessionSink(notices, 7, marks));
    const GUID context{1, 2, 3, {}};
    float channels[2] = {0.25F, 0.5F};
    sink->OnSimpleVolumeChanged(0.5F, TRUE, &context);
    sink->OnChannelVolumeChanged(2, channels, static_cast<DWORD>(-1), nullptr);
    Notice notice;
    REQUIRE(notices->pop(notice));
    CHECK(notice.object == 7);
    CHECK(notice.volume == 0.5F);
    CHECK(notice.muted);
    CHECK(notice.context.Data1 == 1);
    REQUIRE(notices->pop(notice));
    CHECK(notice.kind == NoticeKind::channels);
    CHECK(notice.channels[1] == 0.5F);
    CHECK_FALSE(notices->pop(notice));
    for (int i = 0; i < 5000; ++i) sink->OnSimpleVolumeChanged(0.1F, FALSE, nullptr);
    sink->OnStateChanged(::AudioSessionStateExpired);
    sink->OnSessionDisconnected(::DisconnectReasonFormatChanged);
    CHECK(notices->merged > 0);
    CHECK(marks->readAgain);
    CHECK(marks->state == 2);
    CHECK(marks->disconnected == 2);
}
