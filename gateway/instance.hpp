// One gateway for a data folder, and one for a journal: both are locked for the life of the process, before anything is written. A second one
// learns who has them. What only reads, or notes an audit entry beside a gateway that runs, needs no lock. Thread: main's.
#pragma once
#include <optional>

#include "host/configuration.hpp"
#include "model/file_lock.hpp"

namespace deskline {

class Instance {
public:
    // Makes the data folder. The fault names the gateway that is there already: its process, since when, where it listens as far as known.
    static Result<Instance> take(const host::Configuration& configuration);

    void listensAt(const std::string& address) const;                 // for those who come after it
    const std::optional<Fault>& noJournal() const { return fault_; }  // why its folder takes no lock, so no journal either; nothing: it does

private:
    explicit Instance(FileLock data);

    std::string who_;
    FileLock data_;
    std::optional<FileLock> journal_;
    std::optional<Fault> fault_;
};

}  // namespace deskline
