// Carries out the steps.
#include "play.hpp"

#include "accounts.hpp"
#include "clock.hpp"
#include "events/archive.hpp"
#include "promise.hpp"

namespace deskline::model {
namespace {

using namespace std::chrono_literals;

const std::set<std::string> everyTopic{"agent", "agent-session", "agent-handler", "acd-group", "queue",
                                       "call",  "audio",         "source",        "webhook",   "address"};

// The account that gives a command: mostly one that is allowed to.
std::size_t commander(unsigned which) { return which < 32 ? which % accounts : which % 3 == 0 ? 5 : 3; }

const std::string sessionType = "deskline.agent-session", agentType = "deskline.agent";

}  // namespace

Counts& Counts::operator+=(const Counts& more) {
    steps += more.steps;
    events += more.events;
    heard += more.heard;
    requests += more.requests;
    faults += more.faults;
    reconnects += more.reconnects;
    lives += more.lives;
    return *this;
}

std::optional<Failure> play(const Steps& steps, Counts& counts) {
    startClocks();
    seedRandom(1);
    failWrites(false);
    std::optional<World> world(std::in_place);
    std::size_t at = 0;
    const auto count = [&] {
        counts.steps += at;
        world->count(counts);
    };
    try {
        for (; at < steps.size(); ++at) world->perform(steps[at]);
        world->finish();
    } catch (const Broken& broken) {
        return Failure{at, broken.promise, broken.what()};
    } catch (const std::exception& error) {
        return Failure{at, "nothing throws", error.what()};
    }
    count();
    return std::nullopt;
}

AgentId World::agentOf(unsigned which) const { return agentIds[which % agentIds.size()]; }

const AgentSession* World::session(unsigned which) const {
    const auto& all = acd_.sessions();
    return all.empty() ? nullptr : &std::next(all.begin(), static_cast<std::ptrdiff_t>(which % all.size()))->second;
}

const Asked* World::ask(std::size_t account, std::string method, std::string path, std::string body, Asked effect,
                        std::map<std::string, std::string> headers) {
    if (revoked(account)) return nullptr;
    effect.id = "request-" + std::to_string(++requestNumber_);
    effect.method = std::move(method);
    effect.path = std::move(path);
    effect.body = std::move(body);
    effect.who = who(account);
    effect.headers = std::move(headers);
    effect.at = now();
    auto& asked = requests_.add(std::move(effect));
    const auto before = acd_.everAsked();
    send(asked);
    settle();
    acd_.belongs(before, asked.id);
    const auto key = asked.headers.find("idempotency-key");
    if (key == asked.headers.end()) return &asked;
    auto& carried = carriedOut_[asked.who.account() + " " + key->second];
    if (acd_.everAsked() == before) return &asked;
    must(carried.times == 0 || now() - carried.at >= 24h, "a command with an idempotency key is carried out once",
         [&] { return asked.id + " " + asked.path + " with " + key->second; });
    carried = {carried.times + 1, now(), kept_.durable};
    return &asked;
}

void World::send(const Asked& asked) {
    api::Request request;
    request.method = asked.method;
    api::parseTarget(asked.path, request.path, request.query);
    auto body = asked.body;
    request.body = api::Body::ofText(body);
    request.headers = asked.headers;
    request.headers["content-type"] = "application/json";
    request.requestId = asked.id;
    request.identity = asked.who;
    request.later = life_->later();
    api::handle(life_->context(), std::move(request),
                [this, id = asked.id](api::Response response) { requests_.answered(id, std::move(response)); });
}

void World::setState(const Step& step) {
    const auto* session = this->session(step.b);
    if (!session) return;
    constexpr SessionState states[] = {SessionState::ready, SessionState::not_ready, SessionState::ready,
                                       SessionState::busy_wrapup};
    const auto state = states[step.c % 4];
    json::object body{{"state", name(state)}};
    Asked effect{
        .type = sessionType, .subject = "/sessions/" + session->id, .event = std::string(name(eventInto(state)))};
    std::map<std::string, std::string> headers;
    switch (step.c / 4 % 8) {
        case 2: body["reason"] = effect.reason = "because of " + std::to_string(requestNumber_); break;
        case 3: body["when"] = "after-call"; break;
        case 4: headers["prefer"] = "respond-async"; break;
        case 5: headers["idempotency-key"] = "key-" + std::to_string(requestNumber_); break;
        case 6: headers["if-match"] = "*"; break;
        case 7: headers["if-match"] = "\"1\""; break;
        default: break;
    }
    ask(commander(step.a), "PUT", effect.subject + "/state", json::serialize(body), std::move(effect),
        std::move(headers));
}

void World::repeat(const Step& step) {
    const auto keys = requests_.keyed();
    if (keys.empty()) return;
    auto again = *keys[step.a % keys.size()];
    std::size_t account = 0;
    while (who(account).account() != again.who.account()) ++account;
    const bool other = step.b % 4 == 0;
    if (other) again.body = R"({"state":"session-ended"})";
    if (other) again.event = "end";
    const bool known =
        carriedOut_.contains(again.who.account() + " " + again.headers.at("idempotency-key")) && now() - again.at < 23h;
    const bool carried =
        known && carriedOut_.at(again.who.account() + " " + again.headers.at("idempotency-key")).times > 0;
    const auto first = again.response;
    again.answers = again.brought = 0;
    again.first = again.abandoned = false;
    again.response = {};
    const auto* asked = ask(account, "PUT", again.path, again.body, again, again.headers);
    if (!carried || !asked || !asked->answers) return;
    must(!other || asked->response.slug == "idempotency-mismatch", "a key stands for one request",
         [&] { return asked->path; });
    if (other || first.status == 0 || first.status == 202) return;
    if (first.status == 504) return;  // what nobody knew then may be known by now
    if (regranted_.contains(account) && asked->response.status != first.status)
        return;  // who may not do it any more is told that
    must(!headerOf(asked->response, "Idempotency-Replayed").empty(), "a repeat is known as one",
         [&] { return fmt::format("{}: {} after {}", asked->path, asked->response.status, first.status); });
    must(asked->response.status == first.status && asked->response.body == first.body, "a repeat gets the first answer",
         [&] {
             return fmt::format("{}: {} {} after {} {}", asked->path, asked->response.status,
                                json::serialize(asked->response.body), first.status, json::serialize(first.body));
         });
}

void World::answer(const Step& step) {
    if (!acd_.asked()) return;
    const auto which = step.a % acd_.asked();
    const auto way = step.b % 14 < ways ? static_cast<Way>(step.b % 14)
                     : step.b % 2       ? Way::eventFirst
                                        : Way::answerFirst;
    const auto request = acd_.peek(which).request;
    if (way >= Way::refused) ++counts_.faults;
    if (request.empty() && way >= Way::lateEvent)
        ownUntil_ = now() + 6min;  // an event of the gateway's own command may come late
    for (std::size_t i = 0; i < acd_.asked(); ++i)
        if (i != which && acd_.peek(i).request.empty()) ownUntil_ = std::max(ownUntil_, now() + 3s);
    const auto* asked = requests_.find(request);
    const bool sure = asked && !asked->brought && acd_.connected() && way <= Way::answerFirst &&
                      !requests_.contested(*asked) && ownUntil_ < now();
    if (sure) awaited_ = {request, asked->type, asked->subject, asked->agent, asked->event};
    const bool same = !acd_.hidSomething();  // the gateway knows what is so; else what happens may be no news to it
    const bool told = acd_.answer(which, way, life_->report());
    settle();
    must(!same || !told || !awaited_, "a command that was carried out is told",
         [&] { return awaited_->request + ": " + awaited_->event; });
    awaited_.reset();
}

void World::forget(const Step& step) {
    const auto agent = agentOf(step.a);
    const auto erased = events::forgetAgent(folder_ / "journal.db", agent, "root");
    if (erased) {
        log_.forget(agent);
        requests_.forget(agent, acd_.sessions());
        for (const auto* asked : requests_.keyed())  // with its operation goes what is known of its key
            if (asked->erased) carriedOut_.erase(asked->who.account() + " " + asked->headers.at("idempotency-key"));
    }
    if (erased && erased->events) {
        erased_ = true;
        wholeFrom_ = std::max(wholeFrom_, life_->kept().newest);
    }
    settle();
}

void World::passTime(const Step& step) {
    constexpr std::chrono::milliseconds times[] = {300ms, 500ms, 500ms, 1s, 3s, 3s, 11s, 40s, 6min, 25h};
    auto time = times[step.a % std::size(times)];
    if (time == 25h)
        time = step.b % 8 == 0   ? std::chrono::milliseconds(192h)
               : step.b % 3 == 0 ? time
                                 : std::chrono::milliseconds(6min);
    pass(time);
    settle();
}

void World::read(const Step& step) {
    const auto account = step.a % accounts;
    if (revoked(account)) return;
    auto& reader = readers_[account];
    const auto before = reader.cursor.empty() ? kept_.cut : reader.at;
    const auto& response =
        ask(account, "GET", "/events?limit=7" + (reader.cursor.empty() ? "" : "&after=" + reader.cursor), "", {})
            ->response;
    must(response.status != 0, "a page is told at once", [&] { return "nothing came"; });
    if (response.status != 200) {
        must(reader.astray || reader.at < kept_.cut || !kept_.durable,
             "a page is refused only where the journal does not reach back",
             [&] { return json::serialize(response.body); });
        reader = {};
        return;
    }
    must(!reader.astray || before < kept_.newest, "nobody reads on from where nothing is known",
         [&] { return reader.cursor; });
    const Hearing hearing{who(account), everyTopic};
    const auto page = json::parse(response.text).as_object();
    auto at = before;
    const auto nothingBetween = [&](std::uint64_t to) {
        for (auto it = log_.entries().upper_bound(at); it != log_.entries().end() && it->first < to; ++it)
            must(it->second.erased || !hears(hearing, it->second.topic(), it->second.frame->ownership),
                 "the history has every event",
                 [&] { return fmt::format("{} lacks {}", who(account).subject, it->second.frame->text); });
    };
    for (const auto& item : page.at("items").as_array()) {
        events::Cursor cursor;
        events::Cursor::parse(std::string_view(item.at("id").as_string()), cursor);
        const auto* entry = log_.find(cursor.number);
        must(entry && entry->event == item.as_object() && cursor.number > at, "the history is the order",
             [&] { return json::serialize(item); });
        must(hears(hearing, entry->topic(), entry->frame->ownership), "what a client may not see is in no frame",
             [&] { return json::serialize(item); });
        nothingBetween(cursor.number);
        at = cursor.number;
    }
    reader.cursor = page.at("cursor").as_string();
    events::Cursor cursor;
    must(events::Cursor::parse(reader.cursor, cursor), "a page says where it ends", [&] { return reader.cursor; });
    nothingBetween(cursor.number + 1);
    reader.at = cursor.number;
    reader.astray = false;
}

void World::operation(const Step& step) {
    const auto all = requests_.operations();
    if (all.empty()) return;
    const auto* one = all[step.a % all.size()];
    std::size_t account = 0;
    while (who(account).account() != one->who.account()) ++account;
    const auto location = headerOf(one->response, "Location");
    const bool kept = one->durable && !one->erased && now() - one->at < 23h;
    const auto id = one->id;
    const auto* asked = ask(account, "GET", location.substr(location.find("/operations/")), "", {});
    must(!asked || !kept || asked->response.status == 200, "nothing that was answered is missing after a crash",
         [&] { return fmt::format("{}: {}", id, asked->response.status); });
}

void World::perform(const Step& step) {
    switch (step.what) {
        case Do::connect_switch:
        case Do::lose_switch:
        case Do::move:
        case Do::call:
        case Do::volume:
        case Do::late_event: return playSwitch(step);
        case Do::sign_in:
        case Do::sign_out:
        case Do::agent_state:
        case Do::create: return commandAgent(step);
        case Do::set_state: return setState(step);
        case Do::end:
        case Do::withdraw: return commandSession(step);
        case Do::repeat: return repeat(step);
        case Do::answer: return answer(step);
        case Do::enter: return enter(step);
        case Do::leave:
            if (auto* one = member(step.a, true)) leave(*one);
            return settle();
        case Do::come_back: return comeBack(step);
        case Do::slow:
            if (auto* one = member(step.a, true)) one->line->slow(one->slow = !one->slow);
            return settle();
        case Do::subscribe: return subscribe(step);
        case Do::grant: return grant(step);
        case Do::journal:
        case Do::crash:
        case Do::restart:
        case Do::wall_clock: return disturb(step);
        case Do::pass: return passTime(step);
        case Do::forget: return forget(step);
        case Do::read: return read(step);
        case Do::operation: return operation(step);
        case Do::look: return look();
    }
}

void World::playSwitch(const Step& step) {
    const auto report = life_->report();
    if (step.what == Do::connect_switch) {
        acd_.connect(report);
        inventoried_ = true;
    } else if (step.what == Do::lose_switch) {
        acd_.lose(report);
        ++counts_.faults;
    } else if (step.what == Do::move) {
        constexpr SessionState states[] = {SessionState::ready, SessionState::busy_on_call, SessionState::busy_wrapup,
                                           SessionState::not_ready};
        acd_.move(step.a, step.b % 16 == 15 ? SessionState::session_ended : states[step.b % 4], report);
    } else if (step.what == Do::call) {
        acd_.call(step.a, report);
    } else if (step.what == Do::volume) {
        acd_.volume(step.a / 64.0, report);
    } else {
        acd_.tellLate(report);
    }
    settle();
}

void World::commandAgent(const Step& step) {
    const auto account = commander(step.a);
    const auto agent = agentOf(step.b);
    const auto ofAgent = [&](const char* event) {
        return Asked{.type = agentType, .subject = "/agents/" + agent, .agent = agent, .event = event};
    };
    if (step.what == Do::sign_in) {
        ask(account, "PUT", "/agents/" + agent, "{}", ofAgent("signed-in"));
    } else if (step.what == Do::sign_out) {
        ask(account, "DELETE", "/agents/" + agent, "", ofAgent("signed-out"));
    } else if (step.what == Do::agent_state) {
        const auto* state = step.c % 2 ? "ready" : "not-ready";
        ask(account, "PUT", "/agents/" + agent + "/state", fmt::format(R"({{"state":"{}"}})", state), ofAgent(state));
    } else {
        ask(account, "POST", "/agents/" + agent + "/sessions",
            fmt::format(R"({{"acdGroup":"{}","address":"Line 1"}})", groupNames[step.c % groupNames.size()]),
            {.type = sessionType, .agent = agent, .event = "new-session"});
    }
}

void World::commandSession(const Step& step) {
    const auto* session = this->session(step.b);
    if (!session) return;
    Asked effect{.type = sessionType, .subject = "/sessions/" + session->id};
    if (step.what == Do::end) {
        effect.event = "end";
        ask(commander(step.a), "DELETE", "/sessions/" + session->id, "", std::move(effect));
    } else {
        ask(commander(step.a), "DELETE", "/sessions/" + session->id + "/pending-state", "", std::move(effect));
    }
}

void World::disturb(const Step& step) {
    ++counts_.faults;
    if (step.what == Do::crash || step.what == Do::restart) {
        end(step.what == Do::crash);
        return begin();
    }
    if (step.what == Do::journal)
        failWrites(writesFail_ = step.a % 2);
    else
        setWall(std::chrono::minutes(step.a % 2 ? -10 : 10));
    settle();
}

void World::subscribe(const Step& step) {
    static const std::vector<std::string> topics{"agent", "agent-session", "call", "audio", "queue"};
    auto* one = member(step.a, true);
    if (!one) return;
    const auto& topic = topics[step.b % topics.size()];
    auto& wanted = one->client.wanted.topics;
    step.c % 2 ? void(wanted.insert(topic)) : void(wanted.erase(topic));
    one->topics.assign(wanted.begin(), wanted.end());
    one->line->change(topic, step.c % 2);
    settle();
}

}  // namespace deskline::model
