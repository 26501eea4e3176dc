// The secrets that wait to be hashed: so many in all, and of one key and from one address so few that a stranger leaves
// room for others. Thread: any.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace deskline::identity {

class Checks {
public:
    static constexpr int most = 64, ofKey = 16, ofAddress = 8;  // 64: about three seconds of work

    bool begin(const std::string& key,
               const std::string& address);  // false: there is no room just now; then do not call `end`
    void end(const std::string& key, const std::string& address);

private:
    std::mutex mutex_;
    int waiting_ = 0;
    std::map<std::string, int> ofKeys_, ofAddresses_;  // those that have any: no more than `most`
};

}  // namespace deskline::identity
