// Starts and ends of the gateway, and the clients that are connected to it.
#include <unistd.h>

#include "accounts.hpp"
#include "api/events_query.hpp"
#include "clock.hpp"
#include "play.hpp"
#include "promise.hpp"

namespace deskline::model {
namespace {

std::filesystem::path base() {
    static const auto folder = [] {
        std::error_code error;
        auto at = std::filesystem::path("/dev/shm");
        if (!std::filesystem::is_directory(at, error)) at = std::filesystem::temp_directory_path();
        at /= "deskline-model-" + std::to_string(getpid());
        std::filesystem::create_directories(at);
        return at;
    }();
    return folder;
}

}  // namespace

World::World() : folder_(base() / "life") {
    std::filesystem::remove_all(base() / "life");
    std::filesystem::create_directories(folder_);
    for (const auto account : keyed) granted_[account] = 0;
    writeKeys();
    begin();
    acd_.connect(life_->report());
    inventoried_ = true;
    for (std::size_t i = 0; i < 3; ++i)  // some are at work already
        for (const auto& command :
             {telephony::Command(telephony::SignIn{"h", agentIds[i]}),
              telephony::Command(telephony::CreateSession{agentIds[i], groupNames[i % groupNames.size()], "Line 1"})}) {
            acd_.perform(command, "", [](const auto&) {});
            acd_.answer(0, Way::eventFirst, life_->report());
        }
    settle();
}

World::~World() {
    for (auto& member : members_)
        if (member->line) leave(*member);
    life_.reset();
    failWrites(false);
    std::error_code ignored;
    std::filesystem::remove_all(base(), ignored);
    std::filesystem::create_directories(base(), ignored);
}

void World::writeKeys() {
    const auto written = identity::updateKeyFile(folder_ / "keys.json", [&](identity::KeyFile& file) -> Result<void> {
        file.keys.clear();
        for (const auto account : keyed) file.keys.push_back(keyOf(account, granted_.at(account)));
        file.keys.push_back({.id = "k9",
                             .name = std::string(1 + static_cast<std::size_t>(++versions_ % 50),
                                                 'x')});  // no two versions have one size
        return {};
    });
    if (!written) throw std::runtime_error(written.error().detail);
}

void World::begin() {
    failWrites(writesFail_ = false);  // a gateway does not begin on a disk that takes nothing
    const auto before = std::exchange(kept_, {});
    life_ = std::make_unique<Life>(folder_, acd_, !before.durable);
    ++counts_.lives;
    kept_ = life_->kept();
    must(!before.durable || kept_.newest >= log_.newest(), "what was told is there after a crash", [&] {
        return fmt::format("event {} was told, and the last that is there is {}", log_.newest(), kept_.newest);
    });
    epoch_ = kept_.epoch;
    if (std::exchange(erased_, false)) wholeFrom_ = kept_.newest + 1;
    if (std::exchange(filedAtStart_, kept_.filed) < kept_.filed) unsureUpTo_ = kept_.newest;
    if (before.durable) {
        log_.restart(std::min(kept_.cut, filedFrom_.value_or(kept_.cut)), kept_.newest);
    } else {  // a new epoch; what the file has of the one before is known, and told to nobody
        if (!filedFrom_) filedFrom_ = before.cut;
        log_.restart(*filedFrom_, before.newest);
        log_.goOnFrom(kept_.newest);
    }
    for (auto& member : members_) member->astray = member->astray || member->client.at() > kept_.newest;
    for (auto& [account, reader] : readers_) reader.astray = reader.astray || reader.at > kept_.newest;
    requests_.endOfGateway(log_);
    requests_.nothingMissing(log_);
    for (auto it = carriedOut_.begin(); it != carriedOut_.end();)
        it = it->second.durable ? std::next(it) : carriedOut_.erase(it);
    settle();
}

void World::end(bool crash) {
    kept_ = life_->kept();
    if (crash) {  // what the file has at this moment is what is left
        const auto next = base() / "next";
        std::filesystem::remove_all(next);
        std::filesystem::create_directories(next);
        for (const auto* name : {"journal.db", "journal.db-wal", "keys.json"})
            if (std::filesystem::exists(folder_ / name)) std::filesystem::copy_file(folder_ / name, next / name);
    } else {
        life_->services().draining = true;
    }
    for (auto& member : members_)
        if (member->line) leave(*member);
    acd_.forgetAsked();
    if (!crash) kept_ = life_->stop();
    if (crash || !kept_.durable) requests_.crashed();
    life_.reset();
    inventoried_ = false;
    awaited_.reset();
    if (!crash) return;
    std::filesystem::remove_all(folder_);
    std::filesystem::rename(base() / "next", folder_);
}

identity::Identity World::who(std::size_t account) const {
    return identityOf(account, hasKey(account) ? granted_.at(account) : 0);
}
bool World::revoked(std::size_t account) const { return hasKey(account) && granted_.at(account) == contents - 1; }

// Runs until nothing is left to do. Each event goes into the log before a client can have it.
void World::settle() {
    for (int quiet = 0; quiet < 2;) {
        const bool told = note(life_->settle());
        kept_ = life_->kept();
        if (kept_.durable) {
            requests_.durableAgain();
            for (auto& [key, carried] : carriedOut_) carried.durable = true;
        }
        requests_.judge(log_, kept_.durable);
        const bool turned = life_->turn();
        note(life_->told());
        for (auto& member : members_) member->client.judge();
        quiet = told || turned ? 0 : quiet + 1;
    }
}

bool World::note(const std::vector<events::FramePtr>& told) {
    for (const auto& frame : told) {
        const auto& entry = log_.add(frame);
        requests_.judge(entry);
        if (awaited_) await(entry);
        ++counts_.events;
    }
    return !told.empty();
}

void World::await(const Entry& entry) {
    const auto& ownership = entry.frame->ownership;
    if (entry.frame->type() != awaited_->type || entry.what() != awaited_->event) return;
    if (awaited_->subject.empty() ? ownership.agent != awaited_->agent : entry.frame->subject != awaited_->subject)
        return;
    const auto* cause = entry.data().if_contains("cause");
    must(cause && cause->at("request").as_string() == awaited_->request, "an event's cause is its request", [&] {
        return fmt::format("event {} came of {}: {}", entry.frame->number, awaited_->request, entry.frame->text);
    });
    awaited_.reset();
}

World::Member* World::member(unsigned which, bool connected) {
    std::vector<Member*> some;
    for (auto& member : members_) {
        if (member->line && member->client.closed()) leave(*member);  // by the gateway: too slow, revoked
        if (static_cast<bool>(member->line) == connected) some.push_back(member.get());
    }
    return some.empty() ? nullptr : some[which % some.size()];
}

void World::leave(Member& member) {
    member.line->hangUp();
    member.line.reset();
    member.slow = false;
}

Expected World::expectedFrom(const Member& member, const std::string& cursor) const {
    if (cursor.empty()) return {false, ""};
    events::Cursor at;
    if (!events::Cursor::parse(cursor, at)) return {false, "cursor-unknown"};
    if (at.epoch != epoch_) return {false, "epoch-changed"};
    if (at.number > log_.newest() || member.astray) return {false, "cursor-unknown"};
    // Events that were cut, or never written, may still be in memory: either answer is right.
    if (at.number < kept_.cut || (!kept_.durable && at.number < log_.newest())) return {};
    // The copy is of the rights that the client had then: with other rights it begins anew. So it does where the
    // gateway does not know by which rights the client heard that event.
    if (member.client.hasCopy() && !sameRights(member.client.copyOf().who, who(member.account)))
        return {false, "rights-changed"};
    if (regranted_.contains(member.account)) return {};
    if (at.number < wholeFrom_) return {false, "journal-truncated"};
    if (at.number <= unsureUpTo_) return {};
    return {true, ""};
}

bool World::connect(Member& member, const std::string& cursor) {
    if (revoked(member.account)) return true;
    auto& client = member.client;
    client.opened();
    client.expected = expectedFrom(member, cursor);
    client.wanted = {who(member.account), {member.topics.begin(), member.topics.end()}, {}};
    if (member.agents) client.wanted.only.emplace(member.agents->begin(), member.agents->end());
    client.who = [this, account = member.account] { return who(account); };
    auto connection =
        std::make_shared<net::TlsConnection>(net::tcp::socket(life_->shard().io()), nullptr, life_->shard().wheel());
    member.line = std::make_shared<Line>(connection, life_->shard(), life_->server(), client, who(member.account),
                                         client.name() + "-" + std::to_string(++clientNumber_));
    if (!member.line->open(member.topics, member.agents, cursor)) return leave(member), false;
    settle();
    must(client.greeted(), "a client is greeted", [&] { return client.name(); });
    member.astray = false;
    member.epoch = epoch_;
    return true;
}

void World::enter(const Step& step) {
    static const std::vector<std::vector<std::string>> choices{
        {}, {"agent-session"}, {"agent", "agent-session", "call"}, {"audio", "source"}, {"queue", "agent"}, {}};
    const auto account = step.a % accounts;
    auto topics = choices[step.b % choices.size()];
    if (topics.empty()) topics = api::everything();
    std::optional<std::vector<std::string>> agents;
    if (step.c % 4 == 0) agents = {"1001", "1003"};
    members_.push_back(std::make_unique<Member>(
        Member{.client = Client(fmt::format("client {} ({})", members_.size(), who(account).subject), log_),
               .account = account,
               .topics = std::move(topics),
               .agents = std::move(agents)}));
    if (!connect(*members_.back(), "")) members_.pop_back();  // it may not listen to those agents
}

void World::comeBack(const Step& step) {
    if (auto* member = this->member(step.a, false)) comeBack(*member, step);
}

bool World::comeBack(Member& member, const Step& step) {
    ++counts_.reconnects;
    auto& client = member.client;
    if (!client.begun() || !member.hasCopyOfWanted()) return connect(member, "");
    switch (step.b % 8) {
        case 4: return connect(member, "nonsense");
        case 5: return connect(member, "elsewhere-" + std::to_string(client.at()));
        case 6: return connect(member, events::Cursor{epoch_, log_.newest() + 1000}.text());
        case 7: {
            const auto reach = log_.newest() - std::min(log_.newest(), kept_.cut);
            client.resumeFrom(kept_.cut + (reach ? step.c * reach / 64 : 0));
            member.astray = false;
            break;
        }
        default: break;
    }
    return connect(member, events::Cursor{member.epoch, client.at()}.text());
}

void World::grant(const Step& step) {
    const auto account = keyed[step.a % std::size(keyed)];
    if (std::exchange(granted_[account], step.b % contents) != step.b % contents) regranted_.insert(account);
    writeKeys();
    for (auto& member : members_)
        if (member->line && member->account == account) member->client.regrant(who(account));
    life_->reauthenticate();
    settle();
    for (auto& member : members_)
        must(
            !member->line || member->account != account || !revoked(account) || member->slow || member->client.closed(),
            "who is revoked hears nothing more", [&] { return member->client.name(); });
}

void World::calm() {
    for (int i = 0; i < 3; ++i) {
        pass(std::chrono::milliseconds(1100));
        settle();
    }
}

void World::look() {
    calm();
    log_.nothingOwed();
    for (auto& member : members_)
        if (member->line && !member->slow && !member->client.closed()) lookAt(*member);
}

void World::lookAt(const Member& member) {
    member.client.heardAll();
    if (!member.client.hasCopy()) return;
    const auto& wanted = member.client.wanted;
    const auto subscription = api::subscriptionFor(life_->context(), who(member.account),
                                                   {wanted.topics.begin(), wanted.topics.end()}, member.agents);
    if (!subscription) return;
    Copy fresh;
    fresh.begin(json::parse(*life_->attach(*subscription, "").snapshot).as_object());
    std::set<std::string> leftOut{
        "statistics", "agents.sessions"};  // a caller without agent-session is not told of an agent's sessions
    // The loss of a source is told only to callers who hear of sources.
    if (!hears({who(member.account), wanted.topics}, "source", {})) leftOut.insert("stale");
    if (!inventoried_) leftOut.insert({"stale", "sources"});  // after a restart only the next inventory tells
    const auto difference = member.client.copy().differsFrom(fresh, leftOut);
    must(difference.empty(), "a snapshot is the fold of the events before it",
         [&] { return member.client.name() + ": " + difference; });
}

void World::finish() {
    failWrites(writesFail_ = false);
    if (!acd_.connected()) {
        acd_.connect(life_->report());
        inventoried_ = true;
    }
    settle();
    for (int round = 0; round < 4; ++round) {
        while (acd_.asked()) {
            acd_.answer(0, Way::eventFirst, life_->report());
            settle();
        }
        while (acd_.tellLate(life_->report())) settle();
        pass(std::chrono::seconds(130));
        settle();
    }
    for (auto& member : members_)
        if (member->line && std::exchange(member->slow, false)) member->line->slow(false);
    look();
    requests_.allAnswered();
    end(true);
    begin();
    acd_.connect(life_->report());
    inventoried_ = true;
    settle();
    for (auto& member : members_)
        if (!member->line) comeBack(*member, {Do::come_back, 0, 0, 0});
    look();
    holdToTheSwitch();
}

// The snapshot for an administrator must equal the switch's state.
void World::holdToTheSwitch() {
    const auto subscription = api::subscriptionFor(life_->context(), who(5), api::everything(), std::nullopt);
    Copy shown;
    shown.begin(json::parse(*life_->attach(*subscription, "").snapshot).as_object());
    const auto hold = [&](const char* list, const auto& all, const auto& idOf, const auto& same) {
        static const std::map<std::string, json::object> none;
        const auto found = shown.lists().find(list);
        const auto& items = found == shown.lists().end() ? none : found->second;
        must(items.size() == all.size(), "what is shown is what the switch has",
             [&] { return fmt::format("{} {}, not {}", items.size(), list, all.size()); });
        for (const auto& [key, one] : all) {
            const auto item = items.find(idOf(one));
            must(item != items.end() && same(item->second, one), "what is shown is what the switch has",
                 [&] { return item == items.end() ? idOf(one) + " is not shown" : json::serialize(item->second); });
        }
    };
    const auto id = [](const auto& one) { return one.id; };
    hold("agents", acd_.agents(), id, [](const json::object& item, const Agent& agent) {
        return item.at("state").as_string() == name(agent.state);
    });
    hold("sessions", acd_.sessions(), id, [](const json::object& item, const AgentSession& session) {
        return item.at("state").as_string() == name(session.state) && item.at("agent").as_string() == session.agent &&
               item.at("acdGroup").as_string() == session.acdGroup;
    });
    hold("calls", acd_.calls(), id, [](const json::object& item, const Call& call) {
        return item.at("state").as_string() == name(call.state) && item.at("session").as_string() == *call.session;
    });
}

void World::count(Counts& counts) const {
    counts += counts_;
    for (const auto& member : members_) counts.heard += member->client.events();
    counts.requests += requests_.count();
}

}  // namespace deskline::model
