// Webhooks: how many there may be, and whom they may be posted to.
#include <catch2/catch.hpp>

#include "automation/webhooks/deliverer.hpp"
#include "model/special_networks.hpp"
#include "model/uri.hpp"
#include "unit/events/bench.hpp"

using namespace deskline;
using namespace deskline::events;

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

TEST_CASE("webhooks: what is of no URI is refused before the parser has it") {
    for (const auto* text : {"htr:\xc1", "p:[", "https://crm.example/[", "https://crm.example/%zz", "https://crm.example/%4", "https://crm.example/caf\xc3\xa9",
                             "https://m\xc3\xbcller.example/", "https://crm.example/a b", "https://crm.example/\x7f", "\xff"}) {
        CAPTURE(text);
        CHECK(automation::unfitUrl(text).has_value());
    }
    for (const auto* text : {"https://crm.example/caf%C3%A9?a=1&b=%20", "https://[2001:db8::7]:8443/a;b=c,d/@x:y!$'()*+~", "https://crm.example"}) {
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
        {"127.0.0.1", true},         {"127.255.255.254", true},    {"[::1]", true},       {"[0:0:0:0:0:0:0:1]", true},   {"[::ffff:127.0.0.1]", true},
        {"[::ffff:7f00:1]", true},   {"localhost", true},          {"localhost.", true},  {"LOCALHOST", true},           {"LocalHost.", true},
        {"127.evil.example", false}, {"127.0.0.1.example", false}, {"127.0.0.1.", false}, {"localhost.example", false},  {"localhost.evil.example", false},
        {"notlocalhost", false},     {"localhost..", false},       {"127.1", false},  // inet_aton's spellings: they are names here, and the resolver's business
        {"127.0.1", false},          {"0x7f.0.0.1", false},        {"0x7f000001", false}, {"0177.0.0.1", false},         {"2130706433", false},
        {"128.0.0.1", false},        {"0.0.0.0", false},           {"[::]", false},       {"[::ffff:128.0.0.1]", false}, {"[::127.0.0.1]", false},
        {"[fe80::1]", false},
    };
    for (const auto& [host, loopback] : rows) {
        CAPTURE(host);
        CHECK(isLoopbackHost(host) == loopback);
        CHECK(automation::unfitUrl(std::string("http://") + host + "/hook").has_value() == !loopback);
        CHECK(automation::unfitUrl(std::string("http://") + host + ":8080/hook").has_value() == !loopback);
    }
}
