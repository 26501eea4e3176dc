#include "events/restore.hpp"

#include <spdlog/spdlog.h>

namespace deskline::events {
namespace {

namespace json = boost::json;

Result<void> read(Journal& journal, Restored restored) {
    for (const auto kind : rememberedKinds) {
        const auto last = journal.lastOf(kind);
        if (!last) return last.error();
        for (const auto& frame : *last) {
            json::error_code error;
            const auto value = json::parse(frame->text, error);
            if (!error && value.is_object())
                remember(restored.state, kind, value.get_object(), frame->ownership);
            else
                spdlog::error("the event {} in the journal cannot be read and is left alone", frame->number);
        }
    }
    if (auto loaded = restored.records.load(journal.database()); !loaded) return loaded;
    return restored.operations.load(journal.database());
}

}  // namespace

void restore(Journal& journal, Restored restored, Committer& committer) {
    Result<void> done;
    try {
        done = read(journal, restored);
    } catch (const std::exception& error) {
        done = Fault{"journal-fault", "What the journal holds could not be read: " + std::string(error.what()) + "."};
    }
    if (!done) {
        restored.state = State();
        restored.records = Records();
        restored.operations = Operations();
        committer.letGo(done.error());
        (void)restored.operations.load(journal.database());  // of a file in memory, with nothing in it
    }
    if (journal.hasPast()) return;
    restored.records.lacksPast();
    restored.operations.lacksPast();
}

}  // namespace deskline::events
