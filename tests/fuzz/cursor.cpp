// A cursor that a client sends.
#include "events/frame.hpp"
#include "fuzz.hpp"

namespace deskline::fuzz {

void one(std::string_view input) {
    events::Cursor cursor;
    if (!events::Cursor::parse(input, cursor)) return;
    HOLDS(!cursor.epoch.empty() && cursor.epoch.size() < input.size());
    events::Cursor again;
    HOLDS(events::Cursor::parse(cursor.epoch + "-" + std::to_string(cursor.number), again));
    HOLDS(again.epoch == cursor.epoch && again.number == cursor.number);
}

}  // namespace deskline::fuzz
