#include <catch2/catch.hpp>

#include <fstream>

#include "host/configuration_keys.hpp"
#include "host/configuration_reader.hpp"
#include "model/id.hpp"

using namespace deskline;

namespace {

struct TomlFile {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("deskline-unit-" + randomId(6) + ".toml");
    explicit TomlFile(const std::string& text) { std::ofstream(path, std::ios::binary) << text; }
    ~TomlFile() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
};

const host::Environment none = [](const std::string&) { return std::nullopt; };

}  // namespace

TEST_CASE("configuration: defaults, file, environment, in this order") {
    const TomlFile file(
        "[server]\nname = \"one\"\nqueue_limit = \"2 MiB\"\nbase_path = \"deskline/\"\nallowed_origins = "
        "[\"https://crm\"]\n[telephony.simulated]\ntraffic = "
        "3\n");
    host::Configuration c;
    const auto mistakes = host::read(c, file.path, [](const std::string& name) {
        return name == "DESKLINE_SERVER_NAME" ? std::optional<std::string>("two") : std::nullopt;
    });
    CHECK(host::text(mistakes).empty());
    CHECK(c.server.name == "two");
    CHECK(c.server.queueLimit == 2 << 20);
    CHECK(c.server.basePath == "/deskline");
    CHECK(c.server.allowedOrigins == std::vector<std::string>{"https://crm"});
    CHECK(c.telephony.traffic == 3.0);
    CHECK(c.server.listen == "127.0.0.1:8443");
}

TEST_CASE("configuration: every mistake is said, with what is near") {
    const TomlFile file(
        "[server]\nlisten_on = \"x\"\nmax_connections = -1\n[journal]\nsync = \"maybe\"\n[colour]\nx = 1\n");
    host::Configuration c;
    const auto text = host::text(host::read(c, file.path, none));
    CHECK_THAT(text, Catch::Contains(":2: server.listen_on is not a known key; the nearest is server.listen"));
    CHECK_THAT(text, Catch::Contains(":3: server.max_connections must be from 1"));
    CHECK_THAT(text, Catch::Contains(":5: journal.sync must be one of \"normal\", \"full\""));
    CHECK_THAT(text, Catch::Contains("colour is not a known key"));
    CHECK_FALSE(host::text(host::read(c, "/no/such/file.toml", none)).empty());
    const TomlFile broken("[server\n");
    CHECK_THAT(host::text(host::read(c, broken.path, none)), Catch::Contains(":1"));
}

TEST_CASE("configuration: sizes and durations that are too long for a number are mistakes, not other numbers") {
    const auto said = [](const std::string& name, const std::string& value) {
        host::Configuration c;
        return host::text(host::read(
            c, {}, [&](const std::string& asked) { return asked == name ? std::optional(value) : std::nullopt; }));
    };
    CHECK(said("DESKLINE_SERVER_QUEUE_LIMIT", "8589934591 GiB").empty());
    for (const auto* size : {"8589934592 GiB", "17179869185 GiB", "9223372036854775807 KiB", "-1 GiB", "-1"})
        CHECK_THAT(said("DESKLINE_SERVER_QUEUE_LIMIT", size), Catch::Contains("must be a size"));
    CHECK(said("DESKLINE_WEBHOOKS_RETRIES", "24 h").empty());
    for (const auto* time : {"25 h", "5124095576030431 h", "307445734561825861 min", "9223372036854775807 h"})
        CHECK_THAT(said("DESKLINE_WEBHOOKS_RETRIES", time), Catch::Contains("must hold durations up to a day"));
}

TEST_CASE("configuration: where to listen is taken as the start takes it, and told with its line") {
    host::Configuration c;
    const TomlFile good("[server]\nlisten = \"[::1]:0\"\n");
    CHECK(host::text(host::read(c, good.path, none)).empty());
    for (const auto* listen : {"", "localhost:8443", "127.0.0.1", "127.0.0.1:https"}) {
        const TomlFile file("[server]\nlisten = \"" + std::string(listen) + "\"\n");
        const auto text = host::text(host::read(c, file.path, none));
        CHECK_THAT(text, Catch::StartsWith(file.path.string() + ":2: server.listen must be an IP address and a port"));
        const auto outside = [&](const std::string& name) -> std::optional<std::string> {
            if (name != "DESKLINE_SERVER_LISTEN") return std::nullopt;
            return listen;
        };
        const auto said = host::text(host::read(c, good.path, outside));
        CHECK_THAT(said, Catch::StartsWith("environment DESKLINE_SERVER_LISTEN: server.listen must be an IP address"));
    }
}

TEST_CASE("configuration: config/deskline.toml shows every key, and no other") {
    std::ifstream file(DESKLINE_SOURCE "/config/deskline.toml");
    REQUIRE(file);
    std::vector<std::string> shown;
    std::string section;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('['))
            section = line.substr(1, line.find(']') - 1);
        else if (line.starts_with('#') && !line.starts_with("# ") && line.find(" = ") != std::string::npos)
            shown.push_back(section + "." + line.substr(1, line.find(" = ") - 1));
    }
    CHECK_THAT(shown, Catch::Matchers::UnorderedEquals(host::keys()));
}

TEST_CASE("configuration: a file of another encoding, or with control characters, is told by the line and what to do") {
    using namespace std::string_literals;
    const std::vector<std::tuple<std::string, std::string>> rows{
        {"\xff\xfe[\0s\0e\0r\0v\0e\0r\0]\0"s, ":1"},
        {"[server]\nlisten = \"127.0.0.1:0\"\n[\0\0=\n"s, ":3"},
        {"[server]\n# \x1b[0m\n"s, ":2"},
        {"a\x7f = 1\n"s, ":1"}};
    for (const auto& [content, line] : rows) {
        const TomlFile file(content);
        host::Configuration c;
        const auto mistakes = host::read(c, file.path, none);
        REQUIRE(mistakes.size() == 1);
        CHECK(mistakes[0].where == file.path.string() + line);
        CHECK(mistakes[0].detail.find("UTF-8") != std::string::npos);
    }
}
