#include "requests.hpp"

#include "promise.hpp"

namespace deskline::model {
namespace {

const json::object* causeOf(const Entry& entry) {
    const auto* cause = entry.data().if_contains("cause");
    return cause && cause->is_object() ? &cause->as_object() : nullptr;  // the cause of a lost source is a text
}

// The number of the request's event, as the answer names it.
std::optional<std::uint64_t> cursorOf(const Asked& asked) {
    const auto& response = asked.response;
    if (asked.type.empty() || response.status >= 300 || !response.body.is_object()) return std::nullopt;
    const auto* cursor = response.body.as_object().if_contains("cursor");
    events::Cursor at;
    if (!cursor || !cursor->is_string() || !events::Cursor::parse(std::string_view(cursor->get_string()), at))
        return std::nullopt;
    return at.number;
}

bool aboutPending(const Entry& entry) {
    return entry.what() == "pending-state" || entry.what() == "pending-state-refused";
}

}  // namespace

std::string headerOf(const api::Response& response, std::string_view name) {
    for (const auto& [field, value] : response.headers)
        if (field == name) return value;
    return {};
}

Asked& Requests::add(Asked asked) {
    all_.push_back(std::move(asked));
    return *(byId_[all_.back().id] = &all_.back());
}

void Requests::answered(const std::string& id, api::Response response) {
    const std::lock_guard lock(mutex_);
    fresh_.emplace_back(id, std::move(response));
}

Asked* Requests::find(const std::string& id) {
    const auto found = byId_.find(id);
    return found == byId_.end() ? nullptr : found->second;
}

void Requests::judge(const Log& log, bool durable) {
    std::vector<std::pair<std::string, api::Response>> fresh;
    {
        const std::lock_guard lock(mutex_);
        fresh.swap(fresh_);
    }
    for (auto& [id, response] : fresh) {
        auto* asked = find(id);
        must(asked && ++asked->answers == 1, "a request is answered once", [&] { return id; });
        asked->response = std::move(response);
        asked->durable = durable;
        judgeAnswer(*asked, log);
    }
}

void Requests::judgeAnswer(Asked& asked, const Log& log) {
    must(asked.response.status != 500, "no request makes the gateway fail",
         [&] { return asked.method + " " + asked.path; });
    const auto number = cursorOf(asked);
    if (!number || !headerOf(asked.response, "Idempotency-Replayed").empty()) return;
    const auto* entry = log.find(*number);
    must(entry, "the answered cursor is an event", [&] { return fmt::format("{}: {}", asked.id, *number); });
    const auto* cause = causeOf(*entry);
    must(cause && cause->at("request").as_string() == asked.id,
         "the answered cursor is the event that the request brought about",
         [&] { return fmt::format("{} {} was answered with {}", asked.id, asked.path, entry->frame->text); });
}

void Requests::judge(const Entry& entry) {
    const auto* cause = causeOf(entry);
    if (!cause) return;
    const auto wrong = [&](const char* why) {
        return [&entry, why] { return fmt::format("event {} {}: {}", entry.frame->number, entry.frame->text, why); };
    };
    const char* promise = "an event's cause is its request";
    if (cause->at("actor").as_string() == "gateway")
        return must(cause->at("request").as_string() == "presence" && cause->at("reason").as_string() == "disconnected",
                    promise, wrong("not the gateway's own"));
    auto* asked = find(std::string(cause->at("request").as_string()));
    must(asked, promise, wrong("nobody asked that"));
    must(cause->at("actor").as_string() == asked->who.subject, promise, wrong("another actor"));
    const auto* reason = cause->if_contains("reason");
    must((reason ? std::string(reason->as_string()) : std::string()) == asked->reason, promise,
         wrong("another reason"));
    must(entry.frame->type() == asked->type, promise, wrong("of another kind"));
    must(asked->subject.empty() ? entry.frame->ownership.agent == asked->agent : entry.frame->subject == asked->subject,
         promise, wrong("of another object"));
    if (aboutPending(entry)) return;
    must(entry.what() == asked->event, promise, wrong("another event"));
    // The gateway that admitted it may have known groups of the agent that the journal has cut since.
    must(asked->outlived || mayChange(asked->who, entry.frame->ownership), "nobody changes what he may not",
         wrong("of somebody else's"));
    must(++asked->brought == 1, "a command is carried out once, and its event is told once",
         wrong("for the second time"));
}

bool Requests::contested(const Asked& one) const {
    int same = 0;
    for (const auto& asked : all_)
        same += !asked.brought && asked.type == one.type && asked.event == one.event &&
                (asked.subject == one.subject || (asked.subject.empty() && asked.agent == one.agent));
    return same > 1;
}

void Requests::endOfGateway(const Log& log) {
    for (auto& asked : all_) {
        if (!asked.answers) asked.abandoned = true;
        asked.outlived = true;
        asked.brought = 0;
    }
    for (const auto& [number, entry] : log.entries())
        if (const auto* cause = causeOf(entry); cause && !aboutPending(entry))
            if (auto* asked = find(std::string(cause->at("request").as_string()))) ++asked->brought;
}

void Requests::forget(const std::string& agent, const std::map<SessionId, AgentSession>& sessions) {
    for (auto& asked : all_) {
        const auto session = asked.subject.starts_with("/sessions/")
                                 ? sessions.find(SessionId(asked.subject.substr(10)))
                                 : sessions.end();
        asked.erased = asked.erased || asked.agent == agent ||
                       (asked.agent.empty() && (session == sessions.end() || session->second.agent == agent));
    }
}

void Requests::durableAgain() {
    for (auto& asked : all_) asked.durable = asked.durable || !asked.lost;
}

void Requests::crashed() {
    for (auto& asked : all_) asked.lost = asked.lost || !asked.durable;
}

void Requests::nothingMissing(const Log& log) const {
    for (const auto& asked : all_) {
        const auto number = cursorOf(asked);
        if (!number || !asked.durable) continue;
        const auto* entry = log.find(*number);
        must(entry && causeOf(*entry), "nothing that was answered is missing after a crash",
             [&] { return fmt::format("{} {}: event {}", asked.id, asked.path, *number); });
    }
}

void Requests::allAnswered() const {
    for (const auto& asked : all_)
        must(asked.answers == 1 || asked.abandoned, "every request is answered",
             [&] { return asked.id + " " + asked.method + " " + asked.path; });
}

std::vector<Asked*> Requests::keyed() {
    std::vector<Asked*> some;
    for (auto& asked : all_)
        if (asked.headers.contains("idempotency-key") && asked.first) some.push_back(&asked);
    return some;
}

std::vector<Asked*> Requests::operations() {
    std::vector<Asked*> some;
    for (auto& asked : all_)
        if (asked.response.status == 202) some.push_back(&asked);
    return some;
}

}  // namespace deskline::model
