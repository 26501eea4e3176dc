// Rights while the gateway does not know all objects yet.
#include <catch2/catch.hpp>

#include "unit/automation/unplugged.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("a session is opened in a group that its caller may see, known to the gateway or not") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db");
    desk.inventory(SessionState::ready);  // agent 1001 has a session in Sales; the switch told of no groups
    desk.bench.settle();
    const auto refused =
        desk.ask("POST", "/agents/1001/sessions", R"({"acdGroup":"Support","address":"Line 1"})", {}, {"Sales"});
    CHECK(refused.status == 422);
    CHECK(refused.slug == "group-unknown");
    CHECK(desk.acd.count() == 0);
    std::thread asks([&] {
        (void)desk.ask("POST", "/agents/1001/sessions", R"({"acdGroup":"Sales","address":"Line 1"})", {}, {"Sales"});
    });
    while (desk.acd.count() == 0) std::this_thread::yield();
    desk.finish(*std::make_unique<ScriptedTelephony::Asked>(desk.acd.take()),
                fromHresult(notAllowed, "ITAgent::CreateSession"));
    asks.join();
}
