// What Deskline keeps is for its own account alone: what it makes is, and what was made before, or by others, is looked
// at when the gateway starts, and by `deskline doctor`. What a start believes (keys, revocations, authorities, the
// configuration) and the folders above it may be changed by root and the gateway's account alone. Thread: main's.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "host/configuration.hpp"
#include "model/finding.hpp"

namespace deskline::host {

// First thing in main: whatever this process makes, nobody else may open.
void keepPrivate();

struct Kept {
    std::filesystem::path path;
    bool ours = false;   // made by Deskline, which mends it; else an administrator's, who may have reasons
    bool secret = true;  // others may not read it
    bool lent = false;   // it may belong to another account, which is said: certificate tools own their keys, a host
                         // what a container mounts
};
// The data folder, and every file with secrets or that a start believes, whether it is there or not.
std::vector<Kept> keptBy(const Configuration& configuration);

struct Exposed {
    std::filesystem::path path;
    bool writable =
        false;  // by others, or by another account that it belongs to: what it holds can no longer be believed
    bool mendable = false;  // by `mend`
    bool lent = false;      // it belongs to another account, and may: no more than that
    std::string finding;    // "… can be read by others (mode 0644)"
    std::string remedy;     // the command that mends it; "": nothing is to be mended
};
// Of those and the folders above them, the ones that others may read or write, or that belong to somebody else. What an
// administrator gave may be read by its group. A folder above, and what is no secret, may be written by root's group,
// or the account's own, and a folder by everybody where it is sticky (/tmp). What is mounted read-only is written by
// nobody. For root, whoever has the folder `data` is the gateway's account too.
std::vector<Exposed> exposed(const std::vector<Kept>& all, const std::filesystem::path& data);
// Takes the rights of others away; false: it could not be.
bool mend(const Exposed& file);

// For the start: mends what can be mended, and says so in the log, as it says what only its owner can mend. Not empty:
// what must not be used, since others may have written there; each a line with its remedy.
std::vector<std::string> secure(const Configuration& configuration);
std::vector<Finding> diagnosePrivacy(const Configuration& configuration);

}  // namespace deskline::host
