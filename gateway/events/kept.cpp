#include "events/kept.hpp"

#include <spdlog/spdlog.h>

namespace deskline::events {
namespace {

namespace json = boost::json;

Result<void> read(Journal& journal, Kept kept) {
    for (const auto kind : rememberedKinds) {
        const auto last = journal.lastOf(kind);
        if (!last) return last.error();
        for (const auto& frame : *last) {
            json::error_code error;
            const auto value = json::parse(frame->text, error);
            if (!error && value.is_object())
                remember(kept.state, kind, value.get_object(), frame->ownership);
            else
                spdlog::error("the event {} in the journal cannot be read and is left alone", frame->number);
        }
    }
    if (auto loaded = kept.records.load(journal.database()); !loaded) return loaded;
    return kept.operations.load(journal.database());
}

}  // namespace

void readKept(Journal& journal, Kept kept, Saving& saving) {
    Result<void> done;
    try {
        done = read(journal, kept);
    } catch (const std::exception& error) {
        done = Fault{"journal-fault", "What the journal holds could not be read: " + std::string(error.what()) + "."};
    }
    if (!done) {
        kept.state = State();
        kept.records = Records();
        kept.operations = Operations();
        saving.letGo(done.error());
        (void)kept.operations.load(journal.database());  // of a file in memory, with nothing in it
    }
    if (journal.hasPast()) return;
    kept.records.lacksPast();
    kept.operations.lacksPast();
}

}  // namespace deskline::events
