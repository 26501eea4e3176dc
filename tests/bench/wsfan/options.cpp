#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>

void die(const std::string& why) {
    std::fprintf(stderr, "wsfan: %s\n", why.c_str());
    std::exit(2);
}

static Url parseUrl(std::string_view text) {
    Url url;
    const auto begins = [&](std::string_view scheme) {
        if (!text.starts_with(scheme)) return false;
        text.remove_prefix(scheme.size());
        return true;
    };
    url.tls = begins("wss://") || begins("https://");
    if (!url.tls && !begins("ws://") && !begins("http://")) die("a URL needs ws, wss, http or https");
    const auto slash = text.find('/');
    const std::string authority(text.substr(0, slash));
    url.path = slash == text.npos ? "/" : std::string(text.substr(slash));
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    const int usual = url.tls ? 443 : 80;
    url.port = colon == authority.npos ? usual : std::atoi(authority.c_str() + colon + 1);
    return url;
}

Options parseOptions(int argc, char** argv) {
    Options options;
    std::string stream;
    std::vector<std::string> publish;
    const std::map<std::string_view, std::string*> texts{
        {"--url", &stream},       {"--method", &options.method}, {"--body", &options.body},
        {"--pid", &options.pids}, {"--ready", &options.ready},   {"--subprotocol", &options.subprotocol}};
    const std::map<std::string_view, std::vector<std::string>*> lists{{"--publish", &publish},
                                                                      {"--header", &options.headers},
                                                                      {"--ws-header", &options.streamHeaders},
                                                                      {"--hello", &options.hello}};
    const std::map<std::string_view, std::size_t*> sizes{{"--n", &options.clients},
                                                         {"--count", &options.count},
                                                         {"--window", &options.window},
                                                         {"--connect-parallel", &options.parallel}};
    const std::map<std::string_view, double*> numbers{
        {"--rate", &options.rate}, {"--settle", &options.settle}, {"--limit", &options.limit}};
    for (int i = 1; i < argc; i += 2) {
        const std::string name = argv[i];
        if (i + 1 >= argc) die("no value for " + name);
        const std::string value = argv[i + 1];
        if (const auto text = texts.find(name); text != texts.end())
            *text->second = value;
        else if (const auto list = lists.find(name); list != lists.end())
            list->second->push_back(value);
        else if (const auto size = sizes.find(name); size != sizes.end())
            *size->second = std::stoul(value);
        else if (const auto number = numbers.find(name); number != numbers.end())
            *number->second = std::stod(value);
        else
            die("unknown option " + name);
    }
    if (stream.empty() || publish.empty()) die("--url and --publish are needed");
    options.stream = parseUrl(stream);
    for (const auto& one : publish) options.publish.push_back(parseUrl(one));
    return options;
}
