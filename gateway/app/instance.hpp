// One gateway for a data folder, and one for a journal: both are locked for the life of the process, before anything is
// written. A second one learns who has them. What only reads, or notes an audit entry beside a gateway that runs, needs
// no lock. The journal's lock also tells the next gateway that this one told events which the journal lacks. Thread:
// main's, but `durable`.
#pragma once
#include <memory>
#include <mutex>
#include <optional>

#include "host/configuration.hpp"
#include "model/file_lock.hpp"

namespace deskline {

class Instance {
public:
    // Makes the data folder, and takes away what a start that was killed has begun there. The fault names the gateway
    // that is there already: its process, since when, where it listens as far as known.
    static Result<Instance> take(const host::Configuration& configuration);

    struct Others {
        std::optional<std::string> data, journal;  // which gateway has the folder, which the journal; nothing: none
        std::optional<Fault> noJournal;            // why the journal's folder takes no lock
    };
    // Who is there already, for `deskline doctor`: takes nothing and makes nothing. The fault: `take` would refuse,
    // even when the gateway that has the folder has ended.
    static Result<Others> others(const host::Configuration& configuration);

    void listensAt(const std::string& address);  // for those who come after it
    void durable(bool is);  // whether all that was told is in the journal, or was said to be lost; any thread
    bool wasDurable() const { return wasDurable_; }  // of the gateway before this one
    // Why its folder takes no lock, so no journal either; nothing: it does.
    const std::optional<Fault>& noJournal() const { return fault_; }

private:
    explicit Instance(FileLock data);
    void say();

    std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
    std::string who_, address_;
    bool durable_ = true, wasDurable_ = true, said_ = true;
    FileLock data_;
    std::optional<FileLock> journal_;
    std::optional<Fault> fault_;
};

}  // namespace deskline
