// What Deskline keeps is for its own account alone: what it makes is, and what was made before, or by others, is looked at when the gateway
// starts, and by `deskline doctor`. Thread: main's.
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
    bool ours = false;  // made by Deskline, which mends it; else an administrator's, who may have reasons
};
// The data folder, and every file with secrets, whether it is there or not.
std::vector<Kept> keptBy(const Configuration& configuration);

struct Exposed {
    std::filesystem::path path;
    bool writable = false;  // by others: what it holds can no longer be believed
    bool mendable = false;  // by `mend`
    std::string finding;    // "… can be read by others (mode 0644)"
    std::string remedy;     // the command that mends it
};
// Of those, the ones that others may read or write, or that belong to somebody else. What an administrator gave may be read by its group.
std::vector<Exposed> exposed(const std::vector<Kept>& all);
// Takes the rights of others away; false: it could not be.
bool mend(const Exposed& file);

// For the start: mends what can be mended, and says so in the log, as it says what only its owner can mend. Not empty: what must not be used,
// since others may have written there; each a line with its remedy.
std::vector<std::string> secure(const Configuration& configuration);
std::vector<Finding> diagnosePrivacy(const Configuration& configuration);

}  // namespace deskline::host
