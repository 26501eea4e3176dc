// Names that are slow to resolve, by a lookup of the test's own: other names do not wait for them, nor does the end.
#include <catch2/catch.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <set>

#include "outbound/https_client.hpp"

using namespace deskline;
using namespace deskline::outbound;

namespace {

constexpr auto patience = std::chrono::seconds(20);

// Names that end in this are not answered until `release`; nobody's name is refused; all others are loopback.
constexpr std::string_view slowZone = "slow.example";
struct Zones {
    std::mutex mutex;
    std::condition_variable changed;
    bool released = false;
    std::set<std::string> answered;  // hosts
    std::size_t stuck = 0, mostStuck = 0;

    void release() {
        const std::lock_guard lock(mutex);
        released = true;
        changed.notify_all();
    }
    void release(const std::string& host) {
        const std::lock_guard lock(mutex);
        answered.insert(host);
        changed.notify_all();
    }
    Addresses find(const std::string& host, boost::system::error_code& error) {
        if (host == "nobody.example") error = boost::asio::error::host_not_found;
        if (!host.ends_with(slowZone)) return {boost::asio::ip::make_address("127.0.0.1")};
        std::unique_lock lock(mutex);
        mostStuck = std::max(mostStuck, ++stuck);
        changed.notify_all();
        changed.wait(lock, [&] { return released || answered.contains(host); });
        --stuck;
        return {boost::asio::ip::make_address("127.0.0.1")};
    }
    std::size_t stuckNow() {
        const std::lock_guard lock(mutex);
        return stuck;
    }
    std::size_t mostStuckAtOnce() {
        const std::lock_guard lock(mutex);
        return mostStuck;
    }
    void untilStuck(std::size_t count = 1) {
        std::unique_lock lock(mutex);
        REQUIRE(changed.wait_for(lock, patience, [&] { return stuck >= count; }));
    }
};

struct Dialler {
    std::shared_ptr<Zones> zones = std::make_shared<Zones>();  // shared: a lookup may outlive the client
    std::optional<HttpsClient> client;

    explicit Dialler(std::chrono::seconds timeout) {
        client.emplace(ClientOptions{
            .allowPrivateNetworks = true,
            .section = "webhooks",
            .timeout = timeout,
            .lookup = [zones = zones](const std::string& host, auto& error) { return zones->find(host, error); }});
    }
    ~Dialler() { zones->release(); }

    std::future<std::string> post(const std::string& host, std::string owner = "") {
        const auto told = std::make_shared<std::promise<std::string>>();
        const auto tell = [told](const PostOutcome& outcome) { told->set_value(outcome.error); };
        client->post({"https://" + host + ":1/", "{}", {}, std::move(owner)}, tell);
        return told->get_future();
    }
};

std::string errorOf(std::future<std::string>& outcome) {
    REQUIRE(outcome.wait_for(patience) == std::future_status::ready);
    return outcome.get();
}
bool answered(std::future<std::string>& outcome) {
    return outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

TEST_CASE("resolver: a slow zone, however many of its names are asked for, holds back nobody else") {
    Dialler desk(std::chrono::seconds(60));
    std::vector<std::future<std::string>> slow;
    for (std::size_t i = 0; i < 2 * Resolver::mostThreads; ++i)
        slow.push_back(desk.post("host" + std::to_string(i) + ".slow.example"));
    desk.zones->untilStuck();
    for (const auto* host : {"fast.example", "other.test", "127.0.0.1", "nobody.example"}) {
        auto fast = desk.post(host);
        const auto error = errorOf(fast);
        CHECK(error.starts_with(std::string(host) == "nobody.example" ? "The name nobody.example could not be resolved"
                                                                      : "No connection to"));
    }
    for (auto& one : slow) CHECK_FALSE(answered(one));
    CHECK(desk.zones->mostStuckAtOnce() == 1);
    desk.zones->release();
    for (auto& one : slow) CHECK(errorOf(one).starts_with("No connection to"));
}

TEST_CASE("resolver: somebody with a slow zone for each thread holds back nobody else") {
    Dialler desk(std::chrono::seconds(60));
    std::vector<std::future<std::string>> slow;
    for (std::size_t i = 0; i < Resolver::mostThreads; ++i) {
        const auto host = std::to_string(i) + "-slow.example";
        slow.push_back(desk.post(host, "them"));
    }
    desk.zones->untilStuck(Resolver::mostOfOwner);
    auto fast = desk.post("fast.example", "somebody");
    CHECK(errorOf(fast).starts_with("No connection to"));
    for (auto& one : slow) CHECK_FALSE(answered(one));
    CHECK(desk.zones->mostStuckAtOnce() == Resolver::mostOfOwner);
    desk.zones->release();
    for (auto& one : slow) CHECK(errorOf(one).starts_with("No connection to"));
}

TEST_CASE("resolver: one that was in the way of its zone and of its owner lets both go on") {
    Dialler desk(std::chrono::seconds(60));
    std::vector<std::future<std::string>> slow;
    for (const auto* host : {"a.1-slow.example", "2-slow.example"}) slow.push_back(desk.post(host, "them"));
    desk.zones->untilStuck(2);
    slow.push_back(desk.post("3-slow.example", "them"));
    slow.push_back(desk.post("b.1-slow.example", "somebody"));
    desk.zones->release("a.1-slow.example");
    CHECK(errorOf(slow[0]).starts_with("No connection to"));
    desk.zones->untilStuck(3);  // the second, and both that had waited
    desk.zones->release();
    for (std::size_t i = 1; i < slow.size(); ++i) CHECK(errorOf(slow[i]).starts_with("No connection to"));
}

TEST_CASE("resolver: so many may wait for a zone; more are refused at once") {
    Dialler desk(std::chrono::seconds(60));
    auto first = desk.post("slow.example");
    desk.zones->untilStuck();
    std::vector<std::future<std::string>> waiting;
    for (std::size_t i = 0; i < Resolver::mostOfZone; ++i) waiting.push_back(desk.post("slow.example"));
    auto beyond = desk.post("slow.example");
    CHECK(errorOf(beyond).starts_with("The name slow.example could not be resolved"));
    for (auto& one : waiting) CHECK_FALSE(answered(one));
    desk.zones->release();
    for (auto& one : waiting) CHECK(errorOf(one).starts_with("No connection to"));
}

TEST_CASE("resolver: resolving counts against the time for the whole exchange") {
    Dialler desk(std::chrono::seconds(1));
    auto slow = desk.post("slow.example");
    const auto error = errorOf(slow);
    CHECK(error.starts_with("The name slow.example could not be resolved"));
    CHECK(error.find(boost::system::error_code(boost::asio::error::timed_out).message()) != std::string::npos);
}

TEST_CASE("resolver: the end waits for no lookup") {
    Dialler desk(std::chrono::seconds(60));
    auto slow = desk.post("slow.example");
    desk.zones->untilStuck();
    desk.client.reset();  // would never return, were it waited for
    CHECK(desk.zones->stuckNow() == 1);
}

TEST_CASE("resolver: clear text goes to loopback alone, whatever its name resolves to") {
    const auto elsewhere = [](const std::string&, auto&) {
        return Addresses{boost::asio::ip::make_address("192.0.2.1")};
    };
    HttpsClient client(
        {.allowPrivateNetworks = true, .section = "webhooks", .timeout = std::chrono::seconds(5), .lookup = elsewhere});
    std::promise<std::string> told;
    client.post({"http://localhost:1/", "{}", {}}, [&](const PostOutcome& outcome) { told.set_value(outcome.error); });
    auto outcome = told.get_future();
    CHECK(errorOf(outcome).starts_with("localhost is not loopback, and http is for loopback alone"));
}

TEST_CASE("resolver: the zone of a name") {
    const std::pair<const char*, const char*> rows[] = {{"slow.example", "slow.example"},
                                                        {"a.slow.example", "slow.example"},
                                                        {"a.b.Slow.Example.", "slow.example"},
                                                        {"crm.firm.co.uk", "firm.co.uk"},
                                                        {"firm.co.uk", "firm.co.uk"},
                                                        {"a.firm.com.au", "firm.com.au"},
                                                        {"localhost", "localhost"},
                                                        {"a.xyz.example", "a.xyz.example"},
                                                        {"", ""},
                                                        {".example", ".example"},
                                                        {"co.uk", "co.uk"},
                                                        {"127.1", "127.1"}};
    for (const auto& [host, zone] : rows) CHECK(zoneOf(host) == zone);
}
