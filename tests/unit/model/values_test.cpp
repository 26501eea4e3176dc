#include <catch2/catch.hpp>

#include "model/fault.hpp"
#include "model/id.hpp"
#include "model/values_json.hpp"

using namespace deskline;

TEST_CASE("a time survives its text") {
    const auto time = Time(std::chrono::milliseconds(1'777'622'400'123));
    CHECK(toRfc3339(time) == "2026-05-01T08:00:00.123Z");
    CHECK(fromRfc3339(toRfc3339(time)) == time);
    for (const char* wrong :
         {"", "2026-05-01", "2026-13-01T08:00:00.000Z", "2026-02-30T08:00:00.000Z", "2026-05-01T24:00:00.000Z",
          "2026-05-01 08:00:00.000Z", "-026-05-01T08:00:00.000Z", "2026-05-01T-8:00:00.000Z",
          "2026-05-01T08:-1:00.000Z", "2026-05-01T08:00:-1.000Z", "2026-05-01T08:00:00.-01Z"})
        CHECK_FALSE(fromRfc3339(wrong));
}

TEST_CASE("an OLE date is days since 1899-12-30 in local time, and exact to the millisecond") {
    CHECK(fromOleDate(25569.0, 0) == Time{});
    CHECK(fromOleDate(25569.5, 3600) == Time(std::chrono::hours(11)));
    const auto time = Time(std::chrono::milliseconds(1'777'622'400'123));
    for (const int offset : {-36000, 0, 3600, 20700}) CHECK(fromOleDate(toOleDate(time, offset), offset) == time);
    for (const double none : {0.0, -1e9, 1e300, std::nan("")}) CHECK_FALSE(fromOleDate(none, 0));
}

TEST_CASE("names of enumerations are the wire's, and what no header names is unknown") {
    CHECK(name(SessionState::busy_on_call) == "busy-on-call");
    CHECK(name(AudioDeviceChange::default_) == "default");
    CHECK(named<SessionState>("busy-wrapup") == SessionState::busy_wrapup);
    CHECK_FALSE(named<SessionState>("busy_wrapup"));
    CHECK(name(static_cast<SessionState>(77)) == "unknown");
    CHECK(name(static_cast<SessionState>(-1)) == "unknown");
}

template <class E>
void everyNameIsItsEnumerators() {
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([](auto enumerator) {
        std::string text = enumerator.name;
        if (text.ends_with('_')) text.pop_back();
        std::ranges::replace(text, '_', '-');
        CHECK(name(enumerator.value) == text);
        CHECK(named<E>(text) == enumerator.value);
    });
    CHECK_FALSE(named<E>(""));
    CHECK_FALSE(named<E>("default-"));
    CHECK(name(static_cast<E>(names<E>.size())) == "unknown");
}

TEST_CASE("each enumerator has its name, and each name is its enumerator's") {
    everyNameIsItsEnumerators<AgentState>();
    everyNameIsItsEnumerators<AgentEvent>();
    everyNameIsItsEnumerators<SessionState>();
    everyNameIsItsEnumerators<SessionEvent>();
    everyNameIsItsEnumerators<InventoryEvent>();
    everyNameIsItsEnumerators<CallState>();
    everyNameIsItsEnumerators<CallCause>();
    everyNameIsItsEnumerators<CallDirection>();
    everyNameIsItsEnumerators<CallEvent>();
    everyNameIsItsEnumerators<DeviceFlow>();
    everyNameIsItsEnumerators<DeviceState>();
    everyNameIsItsEnumerators<DeviceRole>();
    everyNameIsItsEnumerators<AudioSessionState>();
    everyNameIsItsEnumerators<AudioSessionChange>();
    everyNameIsItsEnumerators<AudioDeviceChange>();
    everyNameIsItsEnumerators<DisconnectReason>();
    static_assert(name(CallState::in_progress) == "in-progress");
    static_assert(named<CallState>("in-progress") == CallState::in_progress);
}

TEST_CASE("states that may be asked for") {
    CHECK(allowedStates(SessionState::session_ended).empty());
    for (const auto from :
         {SessionState::not_ready, SessionState::ready, SessionState::busy_on_call, SessionState::busy_wrapup})
        for (const auto to : allowedStates(from)) CHECK(to != SessionState::busy_on_call);
    CHECK(entered(SessionEvent::busy) == SessionState::busy_on_call);
    CHECK(entered(SessionEvent::new_session) == SessionState::not_ready);
}

TEST_CASE("a value survives JSON") {
    AgentSession session{.id = "a",
                         .agent = "1001",
                         .acdGroup = "Sales",
                         .address = "Line 1",
                         .state = SessionState::ready,
                         .since = Time(std::chrono::seconds(5)),
                         .startedAt = Time(std::chrono::seconds(4))};
    session.reason = "lunch";
    session.allowedStates = {SessionState::not_ready};
    session.statistics.callsPerHour = 2.5;
    AgentSession back;
    std::vector<FieldError> errors;
    fromJson(toJson(session), back, "", errors);
    CHECK(errors.empty());
    CHECK(back == session);
    CHECK_FALSE(toJson(session).as_object().contains("stale"));
}

TEST_CASE("what does not fit is named by a JSON Pointer") {
    Agent agent;
    std::vector<FieldError> errors;
    auto value = toJson(Agent{.id = "1"});
    value.as_object()["statistics"].as_object()["acdCalls"] = "many";
    value.as_object()["colour"] = 1;
    value.as_object().erase("user");
    fromJson(value, agent, "", errors);
    std::vector<std::string> pointers;
    for (auto& error : errors) pointers.push_back(error.pointer);
    CHECK_THAT(pointers,
               Catch::Matchers::UnorderedEquals(std::vector<std::string>{"/statistics/acdCalls", "/colour", "/user"}));
}

TEST_CASE("every HRESULT of the table leads to a problem that is in the table of problems") {
    for (const auto& row : hresultTable) {
        CHECK(row.slug.problem().slug == row.slug.text());  // one that is told
        CHECK(fromHresult(row.code, "a call").symbol == row.symbol);
    }
    CHECK(fromHresult(0x8FFF0001, "a call").slug.text() == "source-fault");
    CHECK(fromHresult(0x80040044, "a call").outcomeUnknown);
    CHECK(hex(0x80040044) == "0x80040044");
    CHECK(meansSourceLost(0x80010108));
    CHECK_FALSE(meansSourceLost(0x80040044));
}

TEST_CASE("a slug is a row's name; what is not for the wire is told as internal") {
    for (const auto& row : problemTable) CHECK(&Slug::of(row.slug)->problem() == &row);
    CHECK_FALSE(Slug::of("no-such-problem"));  // as a literal it does not compile
    CHECK_FALSE(Slug::of(""));
    CHECK(Slug("configuration").problem().slug == "internal");
    CHECK(Slug("in-use") == *Slug::of("in-use"));
    CHECK(Slug("in-use") != Slug("internal"));
}

TEST_CASE("an id is the same in every run and depends on every part") {
    CHECK(stableId({"a", "bc"}) == stableId({"a", "bc"}));
    CHECK(stableId({"a", "bc"}) != stableId({"ab", "c"}));
    CHECK(stableId({"session", "x"}).size() == 16);
    CHECK(randomId(8) != randomId(8));
}

// Clients, the journal and links hold these ids: another recipe would make other things of the same ones.
TEST_CASE("the ids of named objects are what they have always been") {
    const HandlerName handler("Simulated ACD");
    const auto started = Time(std::chrono::milliseconds(1'777'622'400'123));
    const std::pair<std::string, std::string> rows[] = {
        {handlerId(handler), "96d9e71bc8b0a247"},
        {groupId(handler, "Sales"), "018afa2c39c48f4b"},
        {queueId(handler, "Sales", "Sales hotline"), "b3ea102eb9a78195"},
        {addressId(handler, "Line 1"), "80b7ca078fd8a3bb"},
        {sessionId("H", "1001", "Sales", "Line 1", started), "f44913170e21aad0"},
        {audioSessionId("{0.0.0}|x"), "03857e60397b9f8f"},
    };
    for (const auto& [id, always] : rows) CHECK(id == always);
}
