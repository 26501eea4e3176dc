// Who is listening at this moment: the open streams, for administrators. Thread: any.
#pragma once
#include <boost/describe.hpp>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "model/time.hpp"

namespace deskline::api {

enum class StreamKind { websocket, event_stream };
BOOST_DESCRIBE_ENUM(StreamKind, websocket, event_stream)

struct OpenStream {
    std::string id;
    StreamKind kind = StreamKind::websocket;
    std::string subject, role, address;
    Time since{};
};
BOOST_DESCRIBE_STRUCT(OpenStream, (), (id, kind, subject, role, address, since))

class OpenStreams {
public:
    void opened(OpenStream stream) {
        const std::lock_guard lock(mutex_);
        streams_[stream.id] = std::move(stream);
    }
    void closed(const std::string& id) {
        const std::lock_guard lock(mutex_);
        streams_.erase(id);
    }
    // Those after `after`, by id; at most `limit`.
    std::vector<OpenStream> some(const std::string& after, std::size_t limit) const {
        const std::lock_guard lock(mutex_);
        std::vector<OpenStream> some;
        for (auto it = streams_.upper_bound(after); it != streams_.end() && some.size() < limit; ++it)
            some.push_back(it->second);
        return some;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, OpenStream> streams_;
};

}  // namespace deskline::api
