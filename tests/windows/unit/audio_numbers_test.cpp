// The gateway's numbers of Core Audio against those of the double, which are its own. Needs no COM server.
#include <catch2/catch.hpp>

#include "audio/coreaudio/device.hpp"
#include "audio/coreaudio/session.hpp"
#include "doubles/audio/numbers.hpp"
#include "simulation/codes.hpp"

using namespace deskline;

TEST_CASE("the gateway reads each state of Core Audio as the double means it") {
    for (const auto& row : doubles::audio::deviceStates)
        CHECK(deskline::audio::deviceStateFrom(static_cast<DWORD>(row.number)) == row.word);
    for (const auto& row : doubles::audio::sessionStates)
        CHECK(deskline::audio::sessionStateFrom(row.number) == row.word);
}

TEST_CASE("the model counts roles and reasons as Core Audio does, for the gateway casts them") {
    for (const auto& row : doubles::audio::roles) CHECK(static_cast<DeviceRole>(row.number) == row.word);
    for (const auto& row : doubles::audio::disconnectReasons)
        CHECK(static_cast<DisconnectReason>(row.number) == row.word);
}

TEST_CASE("the gateway asks for the name that the double has") {
    CHECK(deskline::audio::friendlyName.fmtid == doubles::audio::friendlyName.fmtid);
    CHECK(deskline::audio::friendlyName.pid == doubles::audio::friendlyName.pid);
}

TEST_CASE("the simulated mixer refuses with the numbers of Windows' headers") {
    CHECK(simulation::deviceInvalidated == doubles::audio::deviceInvalidated);
    CHECK(simulation::notFound == doubles::audio::notFound);
}
