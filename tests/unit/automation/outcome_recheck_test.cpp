#include <catch2/catch.hpp>

#include "api/caller_command.hpp"
#include "automation/outcome_recheck.hpp"
#include "unit/automation/unplugged.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("an outcome that nobody knows is read again after five seconds, and settles") {
    for (const bool carriedOut : {true, false}) {
        const Folder folder;
        Unplugged desk(folder.path / "journal.db");
        desk.inventory(SessionState::not_ready);
        std::promise<api::Response> answered;
        std::thread caller([&] { answered.set_value(desk.ask("PUT", "/sessions/s1/state", R"({"state":"ready"})")); });
        while (desk.acd.count() == 0) std::this_thread::yield();
        auto first = desk.acd.take();
        CHECK(first.owner == "supervisor");
        desk.finish(first, fromHresult(timeout, "ITAgentSession::put_State"));
        caller.join();
        const auto response = answered.get_future().get();
        CHECK(response.status == 504);
        const auto operation = "/operations/" + std::string(response.body.at("operation").as_string());
        CHECK(desk.ask("GET", operation).body.at("state") == "indeterminate");
        desk.tick();
        pass(std::chrono::seconds(4));
        desk.tick();
        CHECK(desk.acd.count() == 0);
        pass(std::chrono::seconds(2));
        desk.tick();
        auto asked = desk.acd.take();
        CHECK(std::get<telephony::ReadSession>(asked.command).session == "s1");
        CHECK(asked.owner.empty());  // it takes no caller's share of the switch's calls
        desk.told();
        desk.bench.ledger.record({SessionRead{"s1", carriedOut ? SessionState::ready : SessionState::not_ready}});
        desk.finish(asked, telephony::Outcome{"s1", false, false});
        const auto settled = desk.ask("GET", operation).body;
        CHECK(settled.at("state") == (carriedOut ? "succeeded" : "failed"));
        if (!carriedOut) continue;
        const auto told = desk.told();
        REQUIRE(told.size() == 1);
        CHECK(told[0].at("cause").at("request") == "request-7");
        CHECK(settled.at("cursor").is_string());
    }
}

TEST_CASE("a doubt outlives the gateway, and the switch's next picture ends it") {
    for (const bool carriedOut : {true, false}) {
        const Folder folder;
        const auto file = folder.path / "journal.db";
        std::string operation;
        {
            Unplugged desk(file);
            desk.inventory(SessionState::not_ready);
            std::promise<api::Response> answered;
            std::thread caller(
                [&] { answered.set_value(desk.ask("PUT", "/sessions/s1/state", R"({"state":"ready"})")); });
            while (desk.acd.count() == 0) std::this_thread::yield();
            desk.answer(timeout);
            caller.join();
            operation = "/operations/" + std::string(answered.get_future().get().body.at("operation").as_string());
        }
        Unplugged desk(file);
        CHECK(desk.ask("GET", operation).body.at("state") == "indeterminate");
        desk.told();
        desk.inventory(carriedOut ? SessionState::ready : SessionState::not_ready);
        desk.bench.settle();
        CHECK(desk.ask("GET", operation).body.at("state") == (carriedOut ? "succeeded" : "failed"));
        bool caused = false;
        for (const auto& event : desk.told())
            if (const auto* cause = event.if_contains("cause")) caused = caused || cause->at("request") == "request-7";
        CHECK(caused == carriedOut);  // the late event carries its cause
    }
}
