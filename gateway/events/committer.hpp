// What is not in the journal yet, and how it gets there: events and what the stores changed, as one group at a time. A
// journal that fails is tried again once a second, however much there is to write; what waits meanwhile has a bound.
// Thread: the ledger's; `health` and `workFailed`: any.
#pragma once
#include <chrono>
#include <functional>
#include <mutex>
#include <vector>

#include "events/audit.hpp"
#include "events/health.hpp"
#include "events/journal.hpp"
#include "events/operations.hpp"
#include "events/records.hpp"
#include "events/unsaved.hpp"

namespace deskline::events {

class Committer {
public:
    using Steady = std::chrono::steady_clock;
    static constexpr auto tryEvery = std::chrono::seconds(1);

    // All of them live longer.
    Committer(Journal& journal, Operations& operations, Records& records, Audit& audit);

    void tellDurable(std::function<void(bool)> told) { durable_ = std::move(told); }  // before the start
    void letGo(const Fault& why);  // of a file that cannot be read: the journal is in memory from now on

    void add(const FramePtr& frame) { unsaved_.add(frame); }
    const std::vector<FramePtr>& unsaved() const { return unsaved_.frames(); }
    Result<void> commit();              // its failure is said in the log and in health as well
    void trim(std::uint64_t newest);    // gives up what there is no more room to wait for
    void lastTime() { nextTry_ = {}; }  // the gateway ends: once more, whenever the last try was
    void measured(std::uint64_t eventBytes, std::uint64_t auditBytes);  // how large the journal is now, for health

    void workFailed();  // counted in health
    Health health() const;

private:
    Result<void> write(const std::vector<Store*>& changed);
    void notDurable(const std::string& why);

    Journal& journal_;
    Operations& operations_;
    Audit& audit_;
    const std::vector<Store*> stores_;
    Unsaved unsaved_;
    std::function<void(bool)> durable_ = [](bool) {};
    Steady::time_point nextTry_{};

    mutable std::mutex mutex_;
    Health health_;
};

}  // namespace deskline::events
