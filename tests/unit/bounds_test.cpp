// Everything that callers make grow has a bound: each is filled beyond it, and what is refused, dropped or forgotten then is what
// docs/bounds.md says.
#include "events/audit_limits.hpp"
#include "api/operations.hpp"
#include "api/rate_limit.hpp"
#include "automation/webhooks/deliverer.hpp"
#include "events/commands.hpp"
#include "events/snapshots.hpp"
#include "identity/claims.hpp"
#include "identity/issuer.hpp"
#include "model/seconds.hpp"
#include "net/transport/tls_connection.hpp"
#include "rows.hpp"
#include "source/remembered.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("operations: so many of one account and of all, by key at once, and there is room again when they are old", "[one-thread]") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const Time start = now();
    const auto journal = journalIn(file);
    Operations operations;
    operations.load(journal->database());
    for (std::size_t i = 0; i < Operations::mostOfOne; ++i) {
        REQUIRE_FALSE(operations.full("ada"));
        operations.put(someOperation(i, "ada", start));
        if (operations.unsaved() == 1'000) write(*journal, operations);
    }
    REQUIRE(operations.full("ada"));
    CHECK(operations.full("ada")->slug == "too-many-requests");
    CHECK_FALSE(operations.full("eve"));
    CHECK(operations.findByKey("ada", "key-7")->id == "ada7");
    {
        Operations again;
        again.load(journal->database());
        CHECK(again.full("ada"));  // over a restart
        CHECK(again.size() == Operations::mostOfOne);
    }
    // The journal cannot be written: as many as may wait. Those in memory are found by their keys.
    for (std::size_t i = 0; !operations.full("a" + std::to_string(i)); ++i) operations.put(someOperation(i, "a" + std::to_string(i), start + day));
    CHECK(operations.unsaved() == Operations::mostUnsaved);
    CHECK(operations.full("eve")->slug == "resource-unavailable");
    CHECK(operations.room("b"));
    CHECK(operations.findByKey("a77", "key-77")->id == "a7777");
    CHECK_FALSE(operations.findByKey("a77", "key-78"));
    write(*journal, operations);
    CHECK_FALSE(operations.full("eve"));
    CHECK(operations.findByKey("a77", "key-77")->id == "a7777");
    operations.prune(start + Operations::kept + std::chrono::hours(1));
    write(*journal, operations);
    CHECK_FALSE(operations.full("ada"));
    CHECK(operations.size() == Operations::mostUnsaved);
    CHECK_FALSE(operations.findByKey("ada", "key-7"));
    run(file, "DELETE FROM operations");  // another program
    operations.countAgain();
    CHECK(operations.size() == 0);
    for (std::size_t i = 0; i < 30; ++i) {
        for (std::size_t n = 0; n < Operations::mostOfOne / 2 && operations.room("b" + std::to_string(i)); ++n)
            operations.put(someOperation(n, "b" + std::to_string(i), start));
        write(*journal, operations);
    }
    CHECK(operations.size() <= Operations::most + Operations::most / 10);
    CHECK(operations.full("eve")->slug == "resource-unavailable");
    CHECK_FALSE(operations.room("z"));

    Operation one = someOperation(1, "ada", start);
    api::settle(one, {200, boost::json::object{{"pad", std::string(Operations::longestBody, 'x')}}}, OperationState::succeeded, {}, start);
    CHECK(boost::json::serialize(one.body).size() < 200);
    CHECK(one.status == 200);
}

TEST_CASE("records: so many of a kind, none too large, and what changed while the journal could not be written is all there afterwards") {
    const Folder folder;
    const auto file = folder.path / "journal.db";
    const auto journal = journalIn(file);
    Records records;
    for (std::size_t i = 0; i < Records::mostOfKind + 10; ++i) CHECK(records.put("pending-state", std::to_string(i), {{"n", i}}) == (i < Records::mostOfKind));
    CHECK(records.put("pending-state", "7", {{"n", "changed"}}));  // one that is there
    CHECK(records.put("absence", "7", {{"n", 1}}));
    CHECK_FALSE(records.put("absence", "8", {{"n", std::string(Records::longestBody, 'x')}}));
    write(*journal, records);
    // A receiver's deliveries come and go, and nothing can be written.
    for (std::size_t i = 0; i < 3 * Records::mostUnsaved; ++i) {
        records.put("delivery/1", std::to_string(i), {{"n", i}});
        if (i >= 100) records.erase("delivery/1", std::to_string(i - 100));
        REQUIRE(records.unsaved() <= Records::mostUnsaved);
    }
    records.erase("pending-state", "8");
    write(*journal, records);
    CHECK_FALSE(records.changed());
    Records again;
    again.load(journal->database());
    for (const char* kind : {"pending-state", "absence", "delivery/1"}) CHECK(again.all(kind) == records.all(kind));
}

TEST_CASE("commands under way: so many of one account and of all") {
    Commands commands;
    CommandId id = 0;
    const auto fill = [&](const std::string& account) {
        for (; !commands.full(account); commands.begin(++id, {.cause = {.account = account}, .expectation = {}, .object = "/sessions/s1"})) {
        }
    };
    fill("ada");
    CHECK(commands.size() == Commands::mostOfOne);
    CHECK(commands.full("ada")->slug == "too-many-requests");
    CHECK_FALSE(commands.full("eve"));
    for (int i = 0; i < 10; ++i) fill("a" + std::to_string(i));
    CHECK(commands.size() == Commands::most);
    CHECK(commands.full("eve")->slug == "resource-unavailable");
}

TEST_CASE("snapshots of one moment: so many, so large; what is beyond is made and forgotten") {
    for (const std::size_t bytes : {100UL, 1UL << 20}) {
        Snapshots snapshots;
        int made = 0;
        const auto ask = [&](int number) {
            const Subscription subscription{.topics = {"queue"}, .only = std::set<std::string>{std::to_string(number)}};
            return snapshots.of(subscription, [&] {
                ++made;
                return std::string(bytes, 'x');
            });
        };
        for (int i = 0; i < 1'000; ++i) CHECK(ask(i)->size() == bytes);
        CHECK(snapshots.size() <= Snapshots::most);
        CHECK(snapshots.bytes() <= Snapshots::mostBytes);
        CHECK(made == 1'000);
        CHECK(ask(0) == ask(0));
        CHECK(made == 1'000);  // it was there
        snapshots.clear();
        CHECK(snapshots.bytes() == 0);
    }
}

TEST_CASE("refused attempts become no more audit entries than there is room for, whatever they call themselves; the rest is one entry") {
    using Limits = events::AuditLimits;
    const Limits::Clock::time_point start{};
    const auto allowed = [](Limits& limits, const auto& account, int attempts, Limits::Clock::time_point time) {
        int count = 0;
        for (int i = 0; i < attempts; ++i) count += limits.allows(account(i), "", time);
        return count;
    };
    const auto nobody = [](int) { return std::string(); };
    const auto ada = [](int) { return std::string("ada"); };
    const auto many = [](int i) { return "account " + std::to_string(i); };
    Limits limits;
    CHECK(allowed(limits, nobody, 5'000, start) == 500);
    CHECK(allowed(limits, nobody, 5'000, start + std::chrono::minutes(1)) == 20);
    CHECK(allowed(limits, ada, 5'000, start) == 200);  // whose own allowance it is
    auto rests = limits.takeRests(start + std::chrono::minutes(1));
    REQUIRE(rests.size() == 2);
    CHECK(rests[0].account.empty());
    CHECK(rests[0].count == 4'500 + 4'980);
    CHECK(rests[1].account == "ada");
    CHECK(rests[1].count == 4'800);
    CHECK(limits.takeRests(start + std::chrono::minutes(1)).empty());
    limits.passedOver();
    rests = limits.takeRests(start + std::chrono::minutes(1));
    REQUIRE(rests.size() == 1);
    CHECK(rests[0].count == 1);
    CHECK(limits.takeRests(start + std::chrono::minutes(60)).empty());
    CHECK(limits.accounts() == 0);  // forgotten once it is as good as new
    CHECK(allowed(limits, many, 50'000, start + std::chrono::hours(2)) == static_cast<int>(Limits::mostAccounts) + 500);
    CHECK(limits.accounts() == Limits::mostAccounts);

    // Who shows nothing hides nobody who guesses.
    Limits kinds;
    for (int i = 0; i < 5'000; ++i) (void)kinds.allows("", "request", start);
    CHECK(kinds.allows("", "token", start));
    CHECK_FALSE(kinds.allows("", "request", start));

    const Folder folder;
    Bench bench(journalIn(folder.path / "journal.db"), now);
    Limits flooded;
    events::AuditRests writer(flooded);
    bench.ledger.observe(writer);
    for (int i = 0; i < 5'312; ++i) (void)flooded.allows("");
    bench.ledger.start();
    inLedger(bench.ledger, [&](Books& books) {
        writer.tick(books);
        return 0;
    });
    CHECK(text(folder.path / "journal.db", "SELECT json_extract(entry, '$.detail') FROM audit").starts_with("and 4812 more were refused"));
}

TEST_CASE("webhooks: so many of one account and of all, and the answer tells the caller's own number") {
    Bench bench(journalIn({}));
    inLedger(bench.ledger, [](Books& books) {
        const auto fill = [&](const std::string& account) {
            int made = 0;
            for (; !automation::Webhooks::full(books, account); ++made) books.records().put("webhook", account + std::to_string(made), {{"owner", account}});
            return made;
        };
        CHECK(fill("a") == static_cast<int>(automation::Webhooks::mostOfOne));
        CHECK(automation::Webhooks::full(books, "a")->detail.starts_with("You have 20 webhooks, as many as one account may have"));
        CHECK_FALSE(automation::Webhooks::full(books, "b"));
        int others = 0;
        for (char account = 'b'; !automation::Webhooks::full(books, std::string(1, account)); ++account) others += fill(std::string(1, account));
        CHECK(others == static_cast<int>(automation::Webhooks::most - automation::Webhooks::mostOfOne));
        CHECK(automation::Webhooks::full(books, "z")->detail.starts_with("You have 0 webhooks, and the gateway has 200 in all"));
        return 0;
    });
}

TEST_CASE("ids of what is gone: the last so many") {
    source::Remembered gone;
    for (std::size_t i = 0; i < 3 * source::Remembered::most; ++i) {
        gone.insert(std::to_string(i));
        gone.insert(std::to_string(i));
    }
    CHECK(gone.size() == source::Remembered::most);
    CHECK_FALSE(gone.contains("0"));
    CHECK(gone.contains(std::to_string(3 * source::Remembered::most - 1)));
}

TEST_CASE("a connection takes no slot of the wheel for each of the requests that follow each other fast") {
    boost::asio::io_context io;
    net::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    net::tcp::socket client(io), served(io);
    client.connect(acceptor.local_endpoint());
    acceptor.accept(served);
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    net::Wheel wheel;
    const auto channel = std::make_shared<net::Channel>(std::move(served), context.get(), wheel);
    for (int request = 0; request < 1'000; ++request)
        for (const int seconds : {60, 15, 0, 30}) channel->expireIn(seconds);  // idle, the request, the work, the answer
    CHECK(wheel.size() <= 4);
    channel->close();
}

TEST_CASE("sessions that ended lately: the last 256") {
    constexpr std::size_t kept = 256, many = kept + 50;
    Bench bench(journalIn({}));
    for (std::size_t i = 0; i < many; ++i) {
        const auto id = std::to_string(i);
        bench.ledger.record({SessionChanged{id, SessionEvent::new_session, someSession(id, "1001")}});
        bench.ledger.record({SessionChanged{id, SessionEvent::end}});
    }
    inLedger(bench.ledger, [&](Books& books) {
        CHECK(books.state().sessions.empty());
        CHECK(books.state().ended.size() == kept);
        CHECK(books.state().endedOrder.size() == kept);
        CHECK_FALSE(books.state().session(std::to_string(many - kept - 1)));
        CHECK(books.state().session(std::to_string(many - kept)));
        CHECK(books.state().session(std::to_string(many - 1)));
        return 0;
    });
}

TEST_CASE("tokens that wait for the keys of their issuer: so many; those beyond are refused at once, and all are answered") {
    using identity::encodeBase64Url, identity::Issuer;
    std::function<void(Result<std::string>)> fetched;
    int asked = 0;
    Issuer issuer({.issuer = "https://login.test", .audience = "deskline", .jwks = "https://login.test/keys"}, [&](const std::string&, auto done) {
        ++asked;
        fetched = std::move(done);
    });
    const auto token =
        identity::parseJwt(encodeBase64Url(R"({"alg":"ES256","kid":"one"})") + "." + encodeBase64Url("{}") + "." + encodeBase64Url(std::string(64, 'x')));
    REQUIRE(token.has_value());
    std::size_t answered = 0;
    const auto ask = [&](std::size_t times) {
        for (std::size_t i = 0; i < times; ++i)
            issuer.verify(*token, 0, [&](const Result<identity::Identity>& identity) {
                CHECK(identity.has_error());
                ++answered;
            });
    };
    ask(Issuer::mostWaiting);
    CHECK(answered == 0);
    ask(100);
    CHECK(answered == 100);
    CHECK(asked == 1);
    fetched(Fault{"resource-unavailable", "nobody there"});
    CHECK(answered == Issuer::mostWaiting + 100);
}

TEST_CASE("callers whose rate is counted: so many; those beyond share one bucket") {
    api::Rate rate(10);
    const api::Rate::Clock::time_point start{};
    for (std::size_t i = 0; i < api::Rate::mostBuckets; ++i) CHECK(rate.take("account " + std::to_string(i), start).allowed);
    int allowed = 0;
    for (int i = 0; i < 1'000; ++i) allowed += rate.take("more " + std::to_string(i), start).allowed;
    CHECK(allowed == 10);
    CHECK(rate.size() <= api::Rate::mostBuckets + 1);
    CHECK(rate.take("account 1", start).allowed);
    CHECK(rate.take("more 1", start + std::chrono::minutes(2)).allowed);
    CHECK(rate.size() <= 2);  // those that are full again were forgotten
}

TEST_CASE("moments near the largest number there is") {
    constexpr auto most = std::numeric_limits<Seconds>::max(), least = std::numeric_limits<Seconds>::min();
    for (const auto& [time, by, is] : std::vector<std::tuple<Seconds, Seconds, Seconds>>{
             {0, 60, 60}, {-5, 60, 55}, {most - 60, 60, most}, {most - 59, 60, most}, {most, 60, most}, {most, most, most}, {least, 60, least + 60}})
        CHECK(later(time, by) == is);
    CHECK(toRfc3339(fromSeconds(most)) == "9999-12-31T23:59:59.000Z");
    CHECK(toRfc3339(fromSeconds(least)) == "0001-01-01T00:00:00.000Z");
    CHECK(toRfc3339(fromSeconds(1'700'000'000)) == "2023-11-14T22:13:20.000Z");
    for (const auto& [expires, notBefore, good] : std::vector<std::tuple<Seconds, Seconds, bool>>{
             {most, least, true}, {most - 60, 0, true}, {most, most, false}, {least, 0, false}, {0, 0, false}, {2'000'000'000, -1, true}}) {
        INFO(expires << " " << notBefore);
        const boost::json::object claims{{"exp", expires}, {"nbf", notBefore}, {"iat", expires}, {"iss", "i"}, {"aud", "a"}, {"sub", "ada"}, {"role", "agent"}};
        CHECK(identity::readClaims(claims, {"i", "a"}, {}, 1'800'000'000).has_value() == good);
    }
}
