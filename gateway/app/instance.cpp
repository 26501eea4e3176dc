#include "app/instance.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "host/platform.hpp"
#include "model/files.hpp"
#include "model/host_text.hpp"
#include "model/time.hpp"

namespace deskline {
namespace {

constexpr auto patience =
    std::chrono::seconds(2);  // for a gateway that is just ending: its process goes a moment after its last answer

constexpr std::string_view notDurable = "events were told that are not in the journal";

// Two paths to one file (links, "..") count as one file.
std::filesystem::path lockOf(const std::filesystem::path& journal) {
    std::error_code error;
    auto file = std::filesystem::weakly_canonical(journal, error);
    if (error) file = journal;
    return file += u8".lock";
}

Fault taken(const std::string& what, const std::string& setting, const std::string& holder) {
    return {"configuration", what + " is another gateway's: " + (holder.empty() ? "which one is not known" : holder) +
                                 ". End that one, or give this one a " + setting + " of its own."};
}

Fault withoutLock(const std::filesystem::path& journal, const Fault& why) {
    return {"journal-fault", "The journal " + textOf(journal) + " could not be opened. " + why.detail};
}

}  // namespace

Instance::Instance(FileLock data)
    : who_("process " + std::to_string(host::processId()) + ", since " + toRfc3339(now())), data_(std::move(data)) {}

Result<Instance> Instance::take(const host::Configuration& c) {
    const auto& folder = c.server.dataDir;
    const auto& journal = c.journal.path;
    if (auto made = makeFolder(folder); !made)
        return Fault{"configuration", "[server] data_dir: " + made.error().detail};
    auto data = FileLock::take(folder / u8"gateway.lock", patience);
    if (!data && data.error().slug == "in-use")
        return taken("The data folder " + textOf(folder), "[server] data_dir", data.error().detail);
    if (!data) return Fault{"configuration", "[server] data_dir: " + data.error().detail};
    for (const auto& made : {folder / u8"certificate.pem", folder / u8"private-key.pem", c.identity.localKey})
        removeUnfinished(made);
    Instance instance(std::move(*data));
    auto lock = FileLock::take(lockOf(journal), patience);
    if (!lock && lock.error().slug == "in-use")
        return taken("The journal " + textOf(journal), "[journal] path", lock.error().detail);
    if (lock) {
        instance.journal_.emplace(std::move(*lock));
        removeUnfinished(journal);
        const auto text = readWhole(lockOf(journal));
        instance.wasDurable_ = instance.durable_ = text && (!*text || (*text)->find(notDurable) == std::string::npos);
    } else {
        instance.fault_ = withoutLock(journal, lock.error());
    }
    instance.say();
    return instance;
}

Result<Instance::Others> Instance::others(const host::Configuration& c) {
    const auto& journal = c.journal.path;
    Others found;
    auto data = FileLock::holder(c.server.dataDir / u8"gateway.lock");
    if (!data) return Fault{"configuration", "[server] data_dir: " + data.error().detail};
    found.data = std::move(*data);
    auto lock = FileLock::holder(lockOf(journal));
    if (lock)
        found.journal = std::move(*lock);
    else
        found.noJournal = withoutLock(journal, lock.error());
    const auto process = [](const std::string& holder) { return holder.substr(0, holder.find(", at ")); };
    if (found.journal && (!found.data || process(*found.data) != process(*found.journal)))
        return taken("The journal " + textOf(journal), "[journal] path", *found.journal);
    return found;
}

void Instance::listensAt(const std::string& address) {
    const std::lock_guard lock(*mutex_);
    address_ = address;
    say();
}

void Instance::durable(bool is) {
    const std::lock_guard lock(*mutex_);
    if (durable_ == is && said_) return;
    durable_ = is;
    say();
}

void Instance::say() {
    const auto text = who_ + (address_.empty() ? "" : ", at " + address_) + "\n";
    (void)data_.say(text);  // may fail on a full disk: the gateway serves all the same, and the lock holds
    if (!journal_) return;
    const auto noted = journal_->say(durable_ ? text : text + std::string(notDurable) + "\n");
    if (std::exchange(said_, noted.has_value()) && !noted)
        spdlog::error("{} The next gateway may not learn that the journal lacks events.", noted.error().detail);
}

}  // namespace deskline
