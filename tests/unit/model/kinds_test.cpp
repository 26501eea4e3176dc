#include <catch2/catch.hpp>

#include <set>

#include "model/kinds.hpp"

using namespace deskline;

TEST_CASE("kinds: a row each, found by its type, told apart by its type") {
    std::set<std::string_view> types;
    for (const auto& row : kindRows) {
        INFO(row.type);
        CHECK(types.insert(row.type).second);
        CHECK(row.type.starts_with(typePrefix));
        CHECK(row.path.starts_with('/'));
        CHECK(row.path.ends_with('/'));
        CHECK_FALSE(row.noun.empty());
        CHECK(&rowOf(row.kind) == &row);
        CHECK(kindOfType(row.type) == row.kind);
    }
    CHECK_FALSE(kindOfType("agent"));
    CHECK_FALSE(kindOfType("deskline."));
    CHECK_FALSE(kindOfType("deskline.agent-session2"));
    CHECK(ObjectRef{Kind::audio_device, "a b"}.text() == "/audio/devices/a b");
}

// The text of a visibility is kept over restarts and compared. When kinds change their places, or a new one comes,
// every stream begins anew once.
TEST_CASE("kinds: their order is what journals have") {
    const std::vector<std::string_view> kept{
        "agent-session", "agent",         "agent-handler", "acd-group", "queue",   "call",   "audio.session",
        "audio.device",  "audio.ducking", "audio.meter",   "source",    "webhook", "address"};
    REQUIRE(allTopics.size() >= kept.size());
    CHECK(std::vector<std::string_view>(allTopics.begin(), allTopics.begin() + 13) == kept);
}
