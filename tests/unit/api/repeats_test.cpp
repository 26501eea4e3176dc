// A command that comes again with its Idempotency-Key is never carried out a second time, even where its outcome is
// unknown.
#include <catch2/catch.hpp>

#include <fstream>

#include "unit/automation/unplugged.hpp"
#include "unit/events/rows.hpp"

using namespace deskline;
using namespace deskline::events;

namespace {

const std::string toBeReady = R"({"state":"ready"})";

}  // namespace

TEST_CASE(
    "a command whose key is in a damaged row, or in a journal that cannot be had, is refused before it is carried "
    "out") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    {
        Unplugged desk(file);
        inLedger(desk.bench.ledger, [](LedgerContext& ledger) {
            for (const auto* key : {"good", "damaged"})
                ledger.operations().put({.id = key,
                                         .actor = "supervisor",
                                         .key = key,
                                         .state = OperationState::succeeded,
                                         .started = ledger.now(),
                                         .status = 200});
            return 0;
        });
    }
    execute(file, "UPDATE operations SET cause = 'zzz' WHERE id = 'damaged'");
    const auto refused = [](Unplugged& desk, const std::string& key) {
        desk.inventory(SessionState::not_ready);
        const auto answer = desk.ask("PUT", "/sessions/s1/state", toBeReady, key);
        CHECK(answer.status == 503);
        CHECK(answer.slug == "resource-unavailable");
        CHECK(desk.acd.count() == 0);
        CHECK(desk.ask("GET", "/operations/" + key).status == 503);
    };
    {
        Unplugged desk(file);
        refused(desk, "damaged");
        CHECK(desk.ask("PUT", "/sessions/s1/state", toBeReady, "good").slug ==
              "idempotency-mismatch");  // that one is known
        CHECK(desk.ask("GET", "/operations/good").status == 200);
        CHECK(desk.ask("GET", "/operations/none").status == 404);
    }
    Unplugged desk(Journal::openVolatile({"journal-fault", "Another program holds it."}, file));
    for (const auto* key : {"good", "damaged", "none"}) refused(desk, key);
}

TEST_CASE(
    "an id with a slash is one id: If-Match looks at the revision of that one, and of no other whose id is its end") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db");
    desk.inventory(SessionState::not_ready);
    for (const AgentId id : {"a/b", "b"})
        desk.bench.ledger.record({AgentChanged{
            id, AgentEvent::signed_in, Agent{.id = id, .user = id, .handler = "h", .state = AgentState::not_ready}}});
    const identity::Identity admin{.subject = "root", .role = identity::Role::admin};
    const auto tagOf = [&](const std::string& path) {
        return "\"" + std::to_string(desk.askAs(admin, "GET", path).body.at("revision").as_uint64()) + "\"";
    };
    const auto own = tagOf("/agents/a%2Fb"), others = tagOf("/agents/b");
    REQUIRE(own != others);
    const auto refused = desk.askAs(admin, "PUT", "/agents/a%2Fb/state", toBeReady, {}, {}, others);
    CHECK(refused.status == 412);
    CHECK(desk.acd.count() == 0);
    std::promise<api::Response> answered;
    std::thread caller(
        [&] { answered.set_value(desk.askAs(admin, "PUT", "/agents/a%2Fb/state", toBeReady, {}, {}, own)); });
    while (desk.acd.count() == 0) std::this_thread::yield();
    auto asked = desk.acd.take();
    CHECK(std::get<telephony::SetAgentState>(asked.command).agent == "a/b");
    desk.bench.ledger.record({AgentChanged{"a/b", AgentEvent::ready}});
    desk.finish(asked, telephony::Outcome{"a/b"});
    caller.join();
    const auto answer = answered.get_future().get();
    CHECK(answer.status == 200);
    CHECK(answer.body.at("agent").at("id") == "a/b");
    CHECK(answer.body.at("cursor").is_string());
}
