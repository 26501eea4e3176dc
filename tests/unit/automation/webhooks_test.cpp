// Webhooks: how many there may be, and whom they may be posted to.
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "automation/webhooks/deliverer.hpp"
#include "model/special_networks.hpp"
#include "model/uri.hpp"
#include "unit/automation/unplugged.hpp"

using namespace deskline;
using namespace deskline::events;

TEST_CASE("webhooks: so many of one account and of all, and the answer tells the caller's own number") {
    Bench bench(journalIn({}));
    inLedger(bench.ledger, [](LedgerContext& ledger) {
        const auto fill = [&](const std::string& account) {
            int made = 0;
            for (; !automation::Webhooks::full(ledger, account); ++made) {
                const auto id = account + std::to_string(made);
                ledger.records().put("webhook", id,
                                     toJson(automation::Webhook{.id = id, .owner = account}).as_object());
            }
            return made;
        };
        CHECK(fill("a") == static_cast<int>(automation::Webhooks::mostOfOne));
        CHECK(automation::Webhooks::full(ledger, "a")
                  ->detail.starts_with("You have 20 webhooks, as many as one account may have"));
        CHECK_FALSE(automation::Webhooks::full(ledger, "b"));
        int others = 0;
        for (char account = 'b'; !automation::Webhooks::full(ledger, std::string(1, account)); ++account)
            others += fill(std::string(1, account));
        CHECK(others == static_cast<int>(automation::Webhooks::most - automation::Webhooks::mostOfOne));
        CHECK(automation::Webhooks::full(ledger, "z")
                  ->detail.starts_with("You have 0 webhooks, and the gateway has 200 in all"));
        return 0;
    });
}

namespace {

std::size_t listed(Unplugged& desk, const identity::Identity& who) {
    const auto answer = desk.askAs(who, "GET", "/webhooks");
    CHECK(answer.status == 200);
    return answer.body.at("items").as_array().size();
}

std::string made(Unplugged& desk, const identity::Identity& who) {
    const auto answer = desk.askAs(who, "POST", "/webhooks", R"({"url":"https://crm.example/hook"})");
    REQUIRE(answer.status == 201);
    return std::string(answer.body.at("id").as_string());
}

// A gateway without sockets whose account "crm" has a key and gets tokens; a test revokes them.
struct RevokingDesk {
    Folder folder;
    std::filesystem::path file = folder.path / "keys.json";
    identity::Keys keys{file};
    Unplugged desk{journalIn(folder.path / "journal.db"), {}, &keys};

    void change(const std::function<void(identity::KeyFile&)>& with) {
        REQUIRE(identity::updateKeyFile(file, [&](identity::KeyFile& content) {
                    with(content);
                    return Result<void>();
                }).has_value());
        REQUIRE(keys.reload());
    }
    void add(const char* id) {
        change([&](identity::KeyFile& content) {
            REQUIRE(identity::addKey(
                        content,
                        {.id = id, .name = "crm", .scopes = {"webhooks"}, .groups = {"*"}, .certificate = "CN=crm"},
                        drivenClock())
                        .has_value());
        });
    }
    std::optional<identity::Identity> current(identity::Identity who) {
        return desk.authenticator.current(std::move(who), drivenClock());
    }
    bool sees(const identity::Identity& who, const FramePtr& frame) {
        return desk.services.policy.visibility(who).sees(Kind::webhook, frame->ownership);
    }
    void tick() {
        inLedger(desk.bench.ledger, [&](LedgerContext& ledger) {
            desk.services.webhooks.tick(ledger);
            return 0;
        });
    }
    void hides(const std::string& id, const identity::Identity& who) {
        CHECK(listed(desk, who) == 0);
        for (const auto* below : {"", "/deliveries"})
            CHECK(desk.askAs(who, "GET", "/webhooks/" + id + below).status == 404);
        CHECK(desk.askAs(who, "PATCH", "/webhooks/" + id, R"({"rotateSecret":true})").status == 404);
        CHECK(desk.askAs(who, "DELETE", "/webhooks/" + id).status == 404);
    }
    void tellsOnce(const identity::Identity& owner, const identity::Identity& other) {
        int told = 0;
        for (const auto& frame : desk.bench.frames()) {
            if (frame->type() != "deskline.webhook") continue;
            ++told;
            CHECK(sees(owner, frame));
            CHECK_FALSE(sees(other, frame));
        }
        CHECK(told == 1);
    }
};

std::int64_t seconds(Time time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

TEST_CASE("webhooks: whoever comes with a name after its key or tokens were revoked is another owner") {
    RevokingDesk revoking;
    auto& desk = revoking.desk;
    revoking.add("k1");
    const identity::Identity admin{.subject = "root", .role = identity::Role::admin};
    const std::string issued = "tokens", kept = "keys";
    for (const auto& kind : {kept, issued}) {
        CAPTURE(kind);
        identity::Identity who{
            .subject = "crm", .role = identity::Role::integration, .groups = {"*"}, .scopes = {"webhooks"}};
        who.proof = kind == kept ? identity::Proof::certificate : identity::Proof::local_token;
        who.credential = kind == kept ? "k1" : "";
        who.issued = kind == kept ? 0 : seconds(drivenClock());
        const auto before = revoking.current(who);
        REQUIRE(before);
        const auto id = made(desk, *before);
        CHECK(listed(desk, *before) == 1);
        (void)desk.bench.frames();
        pass(std::chrono::seconds(10));
        revoking.change([&](identity::KeyFile& content) {
            if (kind == issued) return identity::revokeTokens(content, "crm", drivenClock());
            REQUIRE(identity::revokeKey(content, "crm", drivenClock()).has_value());
        });
        if (kind == kept) revoking.add("k2");
        CHECK_FALSE(revoking.current(*before));
        pass(std::chrono::seconds(10));
        if (kind == kept)
            who.credential = "k2";
        else
            who.issued = seconds(drivenClock());
        const auto after = revoking.current(who);
        REQUIRE(after);
        CHECK(after->account() == before->account());
        revoking.hides(id, *after);
        revoking.tick();  // it is suspended
        revoking.tellsOnce(*before, *after);
        revoking.hides(id, *after);
        const auto own = made(desk, *after);
        revoking.tick();
        CHECK(listed(desk, *after) == 1);
        CHECK(desk.askAs(*after, "GET", "/webhooks/" + own).body.at("state") == "active");
        CHECK(desk.askAs(admin, "GET", "/webhooks/" + id).body.at("state") == "suspended");
        CHECK(desk.askAs(admin, "GET", "/webhooks/" + id).body.at("owner") == boost::json::value(before->account()));
    }
}

TEST_CASE(
    "webhooks: where there are as many as there may be, the oldest of somebody who is nobody any more makes room") {
    const Folder folder;
    identity::Keys keys(folder.path / "keys.json");
    Unplugged desk(journalIn(folder.path / "journal.db"), {}, &keys);
    inLedger(desk.bench.ledger, [&](LedgerContext& ledger) {
        for (std::size_t i = 0; i < automation::Webhooks::most; ++i) {
            const auto id = fmt::format("w{:03}", i);
            automation::Owner by{.subject = fmt::format("crm{}", i / 20)};
            if (i == 7 || i == 9)
                by = {.subject = "gone",
                      .proof = identity::Proof::key,
                      .credential = "k0"};  // a key that does not exist any more
            const automation::Webhook webhook{.id = id,
                                              .url = "https://crm.example/",
                                              .owner = by.subject,
                                              .madeBy = by,
                                              .createdAt = ledger.now() - std::chrono::seconds(i)};
            ledger.records().put("webhook", id, toJson(webhook).as_object());
        }
        return 0;
    });
    const identity::Identity ada{
        .subject = "ada", .role = identity::Role::integration, .groups = {"*"}, .scopes = {"webhooks"}};
    const identity::Identity admin{.subject = "root", .role = identity::Role::admin};
    const auto there = [&](const char* id) { return desk.askAs(admin, "GET", std::string("/webhooks/") + id).status; };
    made(desk, ada);
    CHECK(there("w009") == 404);
    CHECK(there("w007") == 200);
    made(desk, ada);
    CHECK(there("w007") == 404);
    CHECK(desk.askAs(ada, "POST", "/webhooks", R"({"url":"https://crm.example/hook"})").status ==
          422);  // all others have living owners
}

TEST_CASE("webhooks: one from before it was kept when its owner's token was made is its owner's until a revocation") {
    const Folder folder;
    identity::Keys keys(folder.path / "keys.json");
    Unplugged desk(journalIn(folder.path / "journal.db"), {}, &keys);
    inLedger(desk.bench.ledger, [&](LedgerContext& ledger) {
        auto record = toJson(automation::Webhook{.id = "w1",
                                                 .url = "https://crm.example/",
                                                 .owner = "ada",
                                                 .madeBy = automation::Owner{.subject = "ada"}})
                          .as_object();
        record.at("madeBy").as_object().erase("issued");
        ledger.records().put("webhook", "w1", std::move(record));
        return 0;
    });
    identity::Identity ada{
        .subject = "ada", .role = identity::Role::integration, .groups = {"*"}, .scopes = {"webhooks"}, .issued = 100};
    CHECK(listed(desk, ada) == 1);
    REQUIRE(identity::updateKeyFile(folder.path / "keys.json", [](identity::KeyFile& content) {
                identity::revokeTokens(content, "ada", Time(std::chrono::seconds(200)));
                return Result<void>();
            }).has_value());
    REQUIRE(keys.reload());
    ada.issued = 300;
    CHECK(listed(desk, *desk.authenticator.current(ada, drivenClock())) == 0);
}

TEST_CASE("webhooks: a page of them has an end however large they are, and all of them come, page by page") {
    const Folder folder;
    Unplugged desk(folder.path / "journal.db");
    const std::vector<std::string> agents(500, std::string(200, 'a'));  // 100 KB
    inLedger(desk.bench.ledger, [&](LedgerContext& ledger) {
        for (int i = 0; i < 20; ++i) {
            const auto id = fmt::format("w{:02}", i);
            const automation::Webhook webhook{
                .id = id, .url = "https://crm.example/", .owner = i % 2 ? "ada" : "bob", .agents = agents};
            ledger.records().put("webhook", id, toJson(webhook).as_object());
        }
        return 0;
    });
    const auto all = [&](identity::Identity who) {
        std::vector<std::string> ids;
        for (std::map<std::string, std::string> query;;) {
            const auto answer = desk.askAs(who, "GET", "/webhooks", {}, {}, query);
            REQUIRE(answer.status == 200);
            CHECK(serialize(answer.body).size() < (256 + 128) * 1024);
            for (const auto& item : answer.body.at("items").as_array()) ids.emplace_back(item.at("id").as_string());
            const auto* next = answer.body.as_object().if_contains("next");
            if (!next) return ids;
            query["after"] = std::string(next->as_string());
        }
    };
    const auto everything = all({.subject = "root", .role = identity::Role::admin});
    CHECK(everything.size() == 20);
    CHECK(std::ranges::is_sorted(everything));
    CHECK(std::set(everything.begin(), everything.end()).size() == 20);
    const auto own =
        all({.subject = "ada", .role = identity::Role::integration, .groups = {"*"}, .scopes = {"webhooks"}});
    CHECK(own.size() == 10);
    CHECK(own.front() == "w01");
}

TEST_CASE("webhooks: what is of no URI is refused before the parser has it") {
    for (const auto* text :
         {"htr:\xc1", "p:[", "https://crm.example/[", "https://crm.example/%zz", "https://crm.example/%4",
          "https://crm.example/caf\xc3\xa9", "https://m\xc3\xbcller.example/", "https://crm.example/a b",
          "https://crm.example/\x7f", "\xff"}) {
        CAPTURE(text);
        CHECK(automation::unfitUrl(text).has_value());
    }
    for (const auto* text : {"https://crm.example/caf%C3%A9?a=1&b=%20",
                             "https://[2001:db8::7]:8443/a;b=c,d/@x:y!$'()*+~", "https://crm.example"}) {
        CAPTURE(text);
        CHECK_FALSE(automation::unfitUrl(text));
    }
    for (const auto* text : {"[", "%zz", "a[b", "p:[", "//[", "\xc1", "a b"}) {
        CAPTURE(text);
        CHECK_FALSE(parseUriReference(text).has_value());
    }
    for (const auto* text : {"/other?a=1#b", "other/one", "//crm.example/a", "https://crm.example/a", "?a=1", ""}) {
        CAPTURE(text);
        CHECK(parseUriReference(text).has_value());
    }
}

TEST_CASE("addresses: http is for loopback alone, and a host is loopback by what it is, not by how it begins") {
    const std::pair<const char*, bool> rows[] = {
        {"127.0.0.1", true},
        {"127.255.255.254", true},
        {"[::1]", true},
        {"[0:0:0:0:0:0:0:1]", true},
        {"[::ffff:127.0.0.1]", true},
        {"[::ffff:7f00:1]", true},
        {"localhost", true},
        {"localhost.", true},
        {"LOCALHOST", true},
        {"LocalHost.", true},
        {"127.evil.example", false},
        {"127.0.0.1.example", false},
        {"127.0.0.1.", false},
        {"localhost.example", false},
        {"localhost.evil.example", false},
        {"notlocalhost", false},
        {"localhost..", false},
        {"127.1", false},  // inet_aton's spellings: they are names here, and the resolver's business
        {"127.0.1", false},
        {"0x7f.0.0.1", false},
        {"0x7f000001", false},
        {"0177.0.0.1", false},
        {"2130706433", false},
        {"128.0.0.1", false},
        {"0.0.0.0", false},
        {"[::]", false},
        {"[::ffff:128.0.0.1]", false},
        {"[::127.0.0.1]", false},
        {"[fe80::1]", false},
    };
    for (const auto& [host, loopback] : rows) {
        CAPTURE(host);
        CHECK(isLoopbackHost(host) == loopback);
        CHECK(automation::unfitUrl(std::string("http://") + host + "/hook").has_value() == !loopback);
        CHECK(automation::unfitUrl(std::string("http://") + host + ":8080/hook").has_value() == !loopback);
    }
}
