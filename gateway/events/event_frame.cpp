#include "events/event_frame.hpp"

namespace deskline::events {

FramePtr frameOf(Change& change, Time time, const std::string& source, std::uint64_t number,
                 const std::string& cursor) {
    Frame meta;
    meta.number = number;
    meta.delivery = change.delivery;
    meta.time = milliseconds(time);
    meta.kind = change.object.kind;
    meta.subject = change.object.text();
    meta.ownership = std::move(change.ownership);
    boost::json::object event;
    event.reserve(7);
    event.emplace("specversion", "1.0");
    event.emplace("id", number ? cursor : "meter-" + std::to_string(meta.time));
    event.emplace("source", source);
    event.emplace("type", typeOf(meta.kind));
    event.emplace("subject", meta.subject);
    event.emplace("time", toRfc3339(time));
    event.emplace("data", std::move(change.data));
    return makeFrame(std::move(meta), boost::json::serialize(event));
}

}  // namespace deskline::events
