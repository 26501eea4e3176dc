// Framing apart from sockets; what comes over one is in tests/e2e/framing.test.mjs.
#include <catch2/catch.hpp>

#include "net/http/chunks.hpp"
#include "net/http/framing.hpp"
#include "net/http/hosts.hpp"

using namespace deskline;
using namespace deskline::net;

TEST_CASE("a header ends with its empty line, or with the first line end that is none") {
    const std::string header = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    CHECK(headerLength(header, 0) == header.size());
    CHECK(headerLength(header + "more\r\n\r\n", 0) == header.size());
    for (std::size_t part = 0; part < header.size(); ++part) {
        CHECK(headerLength(std::string_view(header).substr(0, part), 0) == 0);
        CHECK(headerLength(header, part) == header.size());  // whatever was looked at before
    }
    CHECK(headerLength("GET / HTTP/1.1\nHost: a", 0) == 15);
    CHECK(headerLength("\n", 0) == 1);
}

TEST_CASE("of a list all lines count, in their order; names in any case") {
    const auto head = wellFormed(
        "GET /x?y HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1\r\nAccept: b\r\nx-forwarded-for:\t2 , 3 "
        "\r\nX-FORWARDED-FOR: 4\r\n\r\n");
    REQUIRE(head.has_value());
    CHECK(head->request["X-Forwarded-For"] == "1, 2 , 3, 4");
    CHECK(head->request.target() == "/x?y");
    CHECK(head->request.version() == 11);
    CHECK_FALSE(head->chunked);
}

TEST_CASE("an absolute target becomes a path, its host Host") {
    for (const auto& [target, host, path] : {std::tuple("https://b:1/x?y", "b:1", "/x?y"),
                                             std::tuple("HTTP://b", "b", "/"), std::tuple("https://b?y", "b", "/?y")}) {
        const auto head = wellFormed("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUIRE(head.has_value());
        CHECK(head->request[http::field::host] == host);
        CHECK(head->request.target() == path);
    }
}

TEST_CASE("chunks are the same however they are cut") {
    const std::string text = "3;a=b\r\nabc\r\n0a \t;c\r\n0123456789\r\n0\r\nX: y\r\nZ:\r\n\r\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Chunks chunks;
        CHECK(chunks.take(std::string_view(text).substr(0, cut)) == cut);
        CHECK((chunks.is() == Chunks::Is::open) == (cut < text.size()));
        CHECK(chunks.take(text.substr(cut) + "GET") == text.size() - cut);
        CHECK(chunks.is() == Chunks::Is::whole);
        CHECK(chunks.body == "abc0123456789");
    }
}

TEST_CASE("chunks are bounded: the body, its extensions and its trailer in all") {
    const auto is = [](const std::string& text) {
        Chunks chunks;
        chunks.take(text);
        CHECK(chunks.body.size() <= bodyBytes);
        return chunks.is();
    };
    std::string extensions;
    for (int i = 0; i < 200; ++i) extensions += "1;abcdef\r\nx\r\n";
    CHECK(is(extensions) == Chunks::Is::broken);
    CHECK(is("1" + std::string(2000, ' ')) == Chunks::Is::broken);
    CHECK(is("0\r\nX: " + std::string(Chunks::trailerBytes, 'y')) == Chunks::Is::broken);
    CHECK(is("10000\r\n" + std::string(bodyBytes, 'x') + "\r\n0\r\n\r\n") == Chunks::Is::whole);
    CHECK(is("10000\r\n" + std::string(bodyBytes, 'x') + "\r\n1\r\nx") == Chunks::Is::tooLarge);
    CHECK(is("ffffffff\r\n") == Chunks::Is::tooLarge);
    CHECK(is("000000000\r\n") == Chunks::Is::broken);
}

TEST_CASE("hosts: names and addresses, with or without a port") {
    for (const auto* good :
         {"a", "desk.example", "desk_1.example:8443", "192.0.2.7", "192.0.2.7:1", "[::1]", "[2001:db8::7]:65535", "a:"})
        CHECK(isHost(good));
    for (const auto* bad : {"", ":1", "a b", "a,b", "a/b", "a@b", "a:b", "a:65536", "a:1:2", "::1", "[::1", "::1]",
                            "[::1]a", "[]", "[a]", "[fe80::1%eth0]", "a\x7f", "%61"}) {
        INFO(bad);
        CHECK_FALSE(isHost(bad));
    }
    CHECK(hostAndPort("[::1]:8443") == std::pair<std::string_view, std::string_view>("::1", "8443"));
    CHECK(hostAndPort("a") == std::pair<std::string_view, std::string_view>("a", ""));
}
