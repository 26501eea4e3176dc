// What wsfan is told (main.cpp lists the options).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

struct Url {
    bool tls = false;
    std::string host, path;
    int port = 0;

    std::string authority() const { return host + ":" + std::to_string(port); }
};

struct Options {
    Url stream;
    std::vector<Url> publish;  // in turn, over one connection, to the first one's host
    std::string method = "POST", body = R"({"n":"bench-{n}"})", pids, subprotocol, ready;
    std::vector<std::string> headers, streamHeaders, hello;
    std::size_t clients = 100, count = 100, window = 16, parallel = 64;
    double rate = 20;                   // publishes a second; 0: as fast as answers come
    double settle = 1.0, limit = 60.0;  // seconds
};

Options parseOptions(int argc, char** argv);
/** Ends the program with exit code 2. */
[[noreturn]] void die(const std::string& why);
