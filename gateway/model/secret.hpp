// A text that must not stay in memory after its use: a PIN. The destructor overwrites it. Code that copies it into a
// plain std::string has to wipe that copy itself. Thread: values, any.
#pragma once
#include <openssl/crypto.h>

#include <boost/json.hpp>
#include <string>

namespace deskline {

inline void wipe(std::string& text) {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

inline void wipe(boost::json::value& value) {  // every text in it
    if (auto* text = value.if_string()) OPENSSL_cleanse(text->data(), text->size());
    if (auto* array = value.if_array())
        for (auto& item : *array) wipe(item);
    if (auto* object = value.if_object())
        for (auto& member : *object) wipe(member.value());
}

class Secret : public std::string {
public:
    using std::string::string;
    Secret() = default;
    Secret(const Secret&) = default;
    // std::string's move would leave a short text in the source. NOLINTNEXTLINE(performance-move-constructor-init)
    Secret(Secret&& other) noexcept : std::string(other) { wipe(other); }
    Secret& operator=(const Secret& other) {
        if (this != &other) {
            wipe(*this);
            assign(other);
        }
        return *this;
    }
    Secret& operator=(Secret&& other) noexcept {
        *this = static_cast<const Secret&>(other);
        wipe(other);
        return *this;
    }
    ~Secret() { wipe(*this); }
};

}  // namespace deskline
