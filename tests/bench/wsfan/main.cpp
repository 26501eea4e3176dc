// wsfan: opens N WebSocket clients, publishes M messages over HTTP at a rate, and measures the fan-out.
// One thread, epoll, OpenSSL. Linux only. Prints one JSON object.
//
//   wsfan --url wss://127.0.0.1:8443/stream --n 1000 --publish https://127.0.0.1:8443/pub --count 200 --rate 20
//         --pid SERVER [--publish MORE]... (in turn, over one connection)
//         [--method POST] [--body '{"n":"bench-{n}"}'] [--header 'Name: value']... [--ws-header 'Name: value']...
//         [--hello TEXT]... [--ready TEXT] [--subprotocol P] [--window K] [--connect-parallel 64] [--settle 1.0]
//
// --rate 0 publishes as fast as answers come (one at a time), keeping at most K publishes not yet delivered everywhere
// (--window). --ready: a client counts as ready when a frame containing TEXT has arrived (default: after the upgrade).
#include <sys/resource.h>

#include <cstdio>

#include "fan_out.hpp"
#include "usage.hpp"

static void raiseDescriptorLimit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char** argv) {
    const auto options = parseOptions(argc, argv);
    raiseDescriptorLimit();
    FanOut load(options);
    const auto clients = double(options.clients);

    const auto idle = usageOf(options.pids);
    const double start = now();
    load.connectClients();
    const double connected = now() - start;
    load.awaitReady();
    const double ready = now() - start;
    load.run(options.settle);
    const auto full = usageOf(options.pids);
    load.connectPublisher();

    const auto before = usageOf(options.pids);
    const double cpuBefore = ownCpu();
    const double took = load.publishAll();
    const double serverCpu = usageOf(options.pids).cpu - before.cpu, clientCpu = ownCpu() - cpuBefore;

    const auto& counts = load.counts();
    if (counts.refused) std::fprintf(stderr, "wsfan: a publish was refused: %.400s\n", load.firstRefusal().c_str());
    const auto expected = load.subscribers() * counts.published;
    const double each = double(counts.delivered ? counts.delivered : 1);
    std::printf("{\"clients\":%zu,\"failed\":%zu,\"connect_s\":%.3f,\"ready_s\":%.3f,", options.clients, counts.failed,
                connected, ready);
    std::printf("\"connects_per_s\":%.0f,\"connect_server_cpu_ms\":%.3f,\"server_kb_per_client\":%.1f,",
                clients / connected, 1e3 * (full.cpu - idle.cpu) / clients,
                double(full.residentKb - idle.residentKb) / clients);
    std::printf("\"published\":%zu,\"refused\":%zu,\"expected\":%zu,\"delivered\":%lu,\"lost\":%ld,", counts.published,
                counts.refused, expected, counts.delivered, long(expected) - long(counts.delivered));
    std::printf("\"duplicated\":%lu,\"reordered\":%lu,\"closed\":%lu,\"seconds\":%.3f,\"deliveries_per_s\":%.0f,",
                counts.duplicated, counts.reordered, counts.closed, took, each / took);
    std::printf("\"server_cpu_us_per_delivery\":%.3f,\"client_cpu_us_per_delivery\":%.3f,", 1e6 * serverCpu / each,
                1e6 * clientCpu / each);
    std::printf("\"wire_bytes_per_delivery\":%.0f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,", double(counts.bytes) / each,
                load.latency(.5), load.latency(.9));
    std::printf("\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f}\n", load.latency(.99), load.latency(.999),
                load.latency(1.0));
    return counts.refused || counts.delivered != expected ? 1 : 0;
}
