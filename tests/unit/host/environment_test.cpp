#include <catch2/catch.hpp>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "host/configuration_keys.hpp"
#include "host/environment.hpp"
#include "host/platform.hpp"

using namespace deskline;

TEST_CASE("environment: a variable that overrides no key is told with the nearest that does; others are known") {
    struct Row {
        std::string name, nearest;  // "": nothing is said of it
    };
    const std::vector<Row> rows{
        {"DESKLINE_SERVER_LISTN", "DESKLINE_SERVER_LISTEN"},
        {"DESKLINE_SEVER_DATA_DIR", "DESKLINE_SERVER_DATA_DIR"},
        {"DESKLINE_LOGLEVEL", "DESKLINE_LOG_LEVEL"},
        {"DESKLINE_TELEPHONY_AGENTS", "DESKLINE_TELEPHONY_SOURCE"},
        {"DESKLINE_JOURNAL_SYNC_", "DESKLINE_JOURNAL_SYNC"},
        {"DESKLINE_", "DESKLINE_LOG_LEVEL"},
        {"DESKLINE_SERVER_LISTEN", ""},
        {"DESKLINE_TELEPHONY_SIMULATED_AGENTS", ""},
        {"DESKLINE_RUN_PORT", ""},
        {"DESKLINE_FAILPOINT", ""},
        {"DESKLINE_DOUBLE_TRAFFIC", ""},
        {"DESKLINE_SERVER_PORT", "DESKLINE_SERVER_NAME"},
        {"DESKLINE_SERVICE_HOST", ""},  // of Kubernetes
        {"DESKLINE", ""},
        {"HOME", ""},
        {"MY_DESKLINE_SERVER_LISTN", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto unread = host::unreadVariables({row.name});
        REQUIRE(unread.size() == (row.nearest.empty() ? 0 : 1));
        if (row.nearest.empty()) continue;
        CHECK(unread[0].nearest == row.nearest);
        CHECK_THAT(host::text(unread[0]), Catch::Contains(row.name + " names no key") && Catch::EndsWith(row.nearest));
    }
}

TEST_CASE("environment: what Kubernetes sets for its services is known, by the host that it sets with it") {
    for (const std::string service : {"DESKLINE", "DESKLINE_WEB"}) {
        std::vector<std::string> names;
        for (const auto* rest : {"_SERVICE_HOST", "_SERVICE_PORT", "_SERVICE_PORT_HTTPS", "_PORT", "_PORT_8443_TCP",
                                 "_PORT_8443_TCP_ADDR"})
            names.push_back(service + rest);
        CHECK(host::unreadVariables(names).empty());
    }
    CHECK(host::unreadVariables({"DESKLINE_WEB_PORT", "DESKLINE_SERVICE_HOST"}).size() == 1);
}

TEST_CASE("environment: a name goes into no message as it is") {
    const auto unread = host::unreadVariables({"DESKLINE_X\nok\x1b[2J"});
    REQUIRE(unread.size() == 1);
    CHECK(host::text(unread[0]).find_first_of("\n\x1b") == std::string::npos);
}

TEST_CASE("environment: every key has its variable, and no two have one") {
    std::set<std::string> names;
    for (const auto& key : host::keys()) {
        names.insert(host::variableOf(key));
        CHECK(host::unreadVariables({host::variableOf(key)}).empty());
    }
    CHECK(names.size() == host::keys().size());
    CHECK(names.contains("DESKLINE_TELEPHONY_SIMULATED_TRAFFIC"));
}

TEST_CASE("environment: what the scripts and tests of this project read is known") {
    const std::regex reads(R"((?:process\.env\.|\$\{?|getenv\("|environ\.get\("|environ\[")(DESKLINE_\w+))");
    std::set<std::string> found;
    const std::filesystem::path source(DESKLINE_SOURCE);
    const auto look = [&](const std::filesystem::path& path) {
        std::stringstream content;
        content << std::ifstream(path, std::ios::binary).rdbuf();
        const auto text = content.str();
        for (std::sregex_iterator at(text.begin(), text.end(), reads), end; at != end; ++at) found.insert((*at)[1]);
    };
    for (const auto* script : {"run", "test"}) look(source / script);
    for (const auto* folder : {"tests", "config", "gateway"})
        for (auto at = std::filesystem::recursive_directory_iterator(source / folder);
             at != std::filesystem::recursive_directory_iterator(); ++at) {
            if (at->path().filename() == "node_modules") at.disable_recursion_pending();
            if (at->is_regular_file() && at->path().extension() != ".txt" && at->path().extension() != ".cmake")
                look(at->path());
        }
    CHECK(found.size() > 10);
    for (const auto& unread : host::unreadVariables({found.begin(), found.end()})) FAIL_CHECK(unread.name);
}

TEST_CASE("environment: the names that the process has") {
    CHECK_THAT(host::environmentNames(), Catch::Matchers::VectorContains(std::string("PATH")));
}
