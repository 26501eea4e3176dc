// Bounds the secrets that wait to be hashed: in all, for one key and from one address, so that one caller always leaves
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

    // False: there is no room at the moment; then `end` must not be called.
    bool begin(const std::string& key, const std::string& address);
    void end(const std::string& key, const std::string& address);

private:
    std::mutex mutex_;
    int waiting_ = 0;
    std::map<std::string, int> ofKeys_, ofAddresses_;  // only those with waiting secrets: at most `most`
};

}  // namespace deskline::identity
