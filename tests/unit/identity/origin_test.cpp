#include <catch2/catch.hpp>

#include "identity/origin.hpp"

using namespace deskline;
using namespace std::string_literals;

TEST_CASE("an origin is scheme, host and port, as browsers write it") {
    using identity::parseOrigin;
    const std::pair<std::string, std::string> rows[] = {
        {"https://desk.test", "https://desk.test"},
        {"HTTPS://Desk.Test", "https://desk.test"},
        {"https://desk.test:443", "https://desk.test"},
        {"http://desk.test:80", "http://desk.test"},
        {"http://desk.test:443", "http://desk.test:443"},
        {"https://desk.test:8443", "https://desk.test:8443"},
        {"https://192.0.2.1:65535", "https://192.0.2.1:65535"},
        {"https://[2001:DB8::1]", "https://[2001:db8::1]"},
        {"https://[::1]:3000", "https://[::1]:3000"},
        {"chrome-extension://abcdefgh", "chrome-extension://abcdefgh"},
        {"capacitor://localhost", "capacitor://localhost"},
        {"https://" + std::string(247, 'x'), "https://" + std::string(247, 'x')},
    };
    for (const auto& [text, origin] : rows) CHECK(parseOrigin(text) == origin);
    for (const auto& wrong : {""s,
                              "null"s,
                              "https:"s,
                              "https://"s,
                              "//desk.test"s,
                              "desk.test"s,
                              "desk.test:443"s,
                              "https://desk.test/"s,
                              "https://desk.test/x"s,
                              "https://desk.test?x"s,
                              "https://desk.test#x"s,
                              "https://a@desk.test"s,
                              "https://a:b@desk.test"s,
                              "https://desk.test:"s,
                              "https://desk.test:0"s,
                              "https://desk.test:08"s,
                              "https://desk.test:65536"s,
                              "https://desk.test:99999999999"s,
                              "https://desk.test:x"s,
                              "https://desk test"s,
                              " https://desk.test"s,
                              "https://desk.test\n"s,
                              "https://desk.test\0"s,
                              "1s://desk.test"s,
                              "://desk.test"s,
                              "https://[::1"s,
                              "https://[]"s,
                              "https://[x]"s,
                              "https://[fe80::1%1]"s,
                              "https://[::1]x"s,
                              "https://é.test"s,
                              "https://a,b"s,
                              "https://desk.test https://evil.test"s,
                              "https://" + std::string(248, 'x')})
        CHECK_FALSE(parseOrigin(wrong));
}
