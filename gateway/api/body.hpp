// The body of a request: text that came by HTTP, or JSON already, of a command on a stream. It is parsed when it is
// looked at first, and wiped when it has been read or when the request goes: it may hold a PIN. Copies of a request
// share it. Source: RFC 8259. Thread: one at a time.
#pragma once
#include <boost/json.hpp>
#include <memory>
#include <string>

#include "model/fault.hpp"

namespace deskline::api {

class Body {
public:
    static constexpr std::size_t deepest = 16;  // arrays and objects in each other

    Body() = default;                       // none
    static Body ofText(std::string& text);  // takes the text, and wipes it where it was; "": none
    static Body ofJson(boost::json::value value);

    bool empty() const { return !state_; }
    // What it says, until it is wiped; an empty one is {}. The fault is bad-json.
    Result<const boost::json::value*> json() const;
    // The same for requests that mean the same: the JSON without its member `pin`, as text; what is no JSON as it came.
    std::string canonical() const;
    void wipe() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace deskline::api
