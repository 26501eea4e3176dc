// One request and its answer, free of sockets: REST and the stream's commands come in through the same door.
// Thread: a handler runs on the shard of the connection; `respond` may be called from any thread, once.
#pragma once
#include <boost/json.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/body.hpp"
#include "identity/identity.hpp"
#include "model/fault.hpp"
#include "model/secret.hpp"

namespace deskline::api {

struct Response {
    int status = 200;
    boost::json::value body = {};  // null: none
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string contentType = "application/json";
    std::string text = {};  // instead of the body: JSON that is text already
    std::string slug = {};  // of the problem that it is
    bool withheld = false;  // a problem that hides what the caller may not see
    bool audited = false;   // what it was about is in the audit already
};
using Respond = std::function<void(Response)>;
using Timer = std::shared_ptr<void>;  // cancelled when it goes
using Later = std::function<Timer(std::chrono::milliseconds, std::function<void()>)>;

struct Request {
    std::string method, path;                    // path below /api/v1, still percent-encoded: "/sessions/ab12/state"
    std::map<std::string, std::string> query;    // decoded
    std::map<std::string, std::string> headers;  // names in lower case
    Body body;
    std::string requestId;
    std::string fingerprint = {};  // of method, path and body, where the request carries an Idempotency-Key
    identity::Identity identity;
    std::string address = {}, origin = {};  // of the client, for the audit
    Later later;                            // a timer of the connection's shard

    std::vector<std::string> parameters = {};  // what stands for the {…} of the route, decoded
    std::string header(const std::string& lowerCaseName) const {
        const auto found = headers.find(lowerCaseName);
        return found == headers.end() ? std::string() : found->second;
    }
};

// A fault as an answer: at most 8 KiB, whatever a caller or a source put into it.
Response problem(const Fault& fault, const std::string& requestId);
// The fault of a body that is JSON but does not fit.
Fault unfitBody(std::vector<FieldError> errors);
// The request's id: what the client gave it where that is 1 to 128 visible ASCII characters, else `otherwise`, which
// must be such a text.
std::string requestIdFrom(const Request& request, std::string otherwise);

// Reads the whole body into a described struct, once: then it is wiped. What does not fit is in the fault, by name.
template <class T>
Result<T> parseBody(const Request& request) {
    const auto value = request.body.json();
    if (!value) return value.error();
    T body;
    std::vector<FieldError> errors;
    fromJson(**value, body, "", errors);
    request.body.wipe();  // it may hold a PIN
    if (errors.empty()) return body;
    return unfitBody(std::move(errors));
}

}  // namespace deskline::api
