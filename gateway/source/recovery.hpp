// Keeps a source connected: builds it, and after a loss builds it again with backoff (1 s doubling to 30 s, full jitter
// on top of half). Thread: `rebuild` runs on one thread of its own; the rest may be called from any.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "model/fact.hpp"
#include "source/apartment.hpp"

namespace deskline::source {

using Report = std::function<void(Fact)>;  // takes a fact to the ledger; never blocks

// Whether a source's HRESULT says that the object or the service behind it is gone.
inline bool meansLoss(const Fault& fault) { return fault.hresult && meansSourceLost(*fault.hresult); }

struct Backoff {
    std::chrono::milliseconds first{1000}, longest{30'000};
    // `attempt` counts from 0. Half of the delay is fixed, half is multiplied by `random` (0..1).
    std::chrono::milliseconds delay(int attempt, double random) const;
};

class Recovery {
public:
    using Rebuild = std::function<Result<void>()>;  // builds everything and reports its inventory

    Recovery(Source source, Report report, Rebuild rebuild, Apartment apartment = {}, Backoff backoff = {});
    ~Recovery();

    void start();
    bool connected() const;
    void lost(const Fault& cause);  // reports the loss and begins to rebuild; once more does nothing
    // The answer to commands while it is not connected: 503 source-lost, or why it never connected.
    Fault fault() const;
    void stop();

private:
    void run();

    const Source source_;
    const Report report_;
    const Rebuild rebuild_;
    const Apartment apartment_;
    const Backoff backoff_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool connected_ = false, stopping_ = false, said_ = false;
    Fault fault_{"source-restarting", "The source is being connected."};
    std::thread thread_;
};

}  // namespace deskline::source
