// Who else may read or change Deskline's files. The program makes its files for its own account alone. `serve` at its
// start and `deskline doctor` look at files that were made before or by others. Only root and the gateway's account may
// be able to change the files that a start believes (keys, revocations, authorities, the configuration) and the folders
// above them. Thread: main's.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "host/configuration.hpp"
#include "model/finding.hpp"

namespace deskline::host {

// First thing in main: no other account may open files that this process makes from now on (umask 077; on Windows each
// is made with its access list, model/private_access_windows.hpp).
void keepPrivate();

struct Kept {
    std::filesystem::path path;
    bool ours = false;   // Deskline made it and mends its rights; else an administrator did, who is only warned
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
    bool account = false;   // the data folder, where its owner is taken for the gateway's account
    std::string finding;    // "… can be read by others (mode 0644)"
    std::string remedy;     // the command that mends it; "": nothing is to be mended
};
// Of those and the folders above them, the ones that others may read or write, or that belong to somebody else. What an
// administrator gave may be read by its group. A folder above, and what is no secret, may be written by root's group,
// or the account's own, and a folder by everybody where it is sticky (/tmp). What is mounted read-only is written by
// nobody. For root, whoever has the folder `data` is the gateway's account too; on Windows, where anybody may have made
// it before the gateway did, an administrator's `doctor` alone takes it so, and says it.
enum class Asks { start, doctor };
std::vector<Exposed> exposed(const std::vector<Kept>& all, const std::filesystem::path& data, Asks who);
// A folder with other folders in it may serve other programs too, as /var/lib does: Deskline does not close it.
bool holdsNoFolder(const std::filesystem::path& path);
// Takes the rights of others away; false: that failed.
bool mend(const Exposed& file);

// For the start, before anything is written.
std::vector<Exposed> exposedAtStart(const Configuration& configuration);
// Those of them that must not be used because others may have written them, or may yet: a line each, with its remedy.
std::vector<std::string> notToBeBelieved(const std::vector<Exposed>& all);
// Once the data folder is the gateway's: mends those that others may read and notes it in the log; warns of those that
// only their owner can mend.
void secure(const std::vector<Exposed>& all);
std::vector<Finding> diagnosePrivacy(const Configuration& configuration);

}  // namespace deskline::host
