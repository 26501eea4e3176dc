// The load: clients that listen, one publisher, and what has arrived where. One thread, epoll.
// A delivered frame is one that contains the marker `bench-<number>`; <number> is the {n} of the publish.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "options.hpp"

struct Counts {
    std::uint64_t delivered = 0, duplicated = 0, reordered = 0, closed = 0, bytes = 0;
    std::size_t upgraded = 0, failed = 0, ready = 0, published = 0, answered = 0, refused = 0;
    std::size_t complete = 0;  // publishes that every subscriber has
};

class FanOut {
public:
    explicit FanOut(const Options& options);

    /** Connects all clients, some at a time, and waits until they are upgraded. Like the two below it ends the program
     * when that takes too long. */
    void connectClients();
    void awaitReady();
    void connectPublisher();
    /** Publishes all, and waits until they are everywhere or nothing more comes; the seconds until the last delivery.
     */
    double publishAll();
    /** Serves what comes, for so many seconds. */
    void run(double seconds);

    const Counts& counts() const { return counts_; }
    std::size_t subscribers() const { return subscribers_; }
    const std::string& firstRefusal() const { return firstRefusal_; }
    /** Milliseconds from a publish to its deliveries: the quantile of all. */
    double latency(double quantile);

private:
    Connection& open(const Url& url, bool http);
    void turn(int milliseconds);
    void serve(Connection& connection);
    void lose(Connection& connection);
    bool takeUpgrade(Connection& client);
    void takeReady(Connection& client);
    void takeFrames(Connection& client);
    void takeText(Connection& client, std::string_view text);
    void takeAnswers(Connection& publisher);
    bool due(double start) const;
    void publish();

    const Options& options_;
    SSL_CTX* context_;
    int epoll_;
    std::string upgrade_;
    std::vector<std::unique_ptr<Connection>> connections_;
    Connection* publisher_ = nullptr;
    Counts counts_;
    std::size_t subscribers_;
    std::string firstRefusal_;
    std::vector<double> sentAt_;          // by publish
    std::vector<std::uint32_t> arrived_;  // by publish: at how many clients
    std::vector<float> latencies_;        // seconds
};
