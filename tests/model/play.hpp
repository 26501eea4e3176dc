// Plays a list of steps against a gateway and holds it to its promises after each. Thread: the test's.
#pragma once
#include <optional>

#include "client.hpp"
#include "life.hpp"
#include "requests.hpp"
#include "steps.hpp"

namespace deskline::model {

struct Counts {
    std::uint64_t steps = 0, events = 0, heard = 0, requests = 0, faults = 0, reconnects = 0, lives = 0;
    Counts& operator+=(const Counts& more);
};

// Where and how a promise was broken; nothing: all were kept.
struct Failure {
    std::size_t step = 0;  // as many as there are: at the end
    std::string promise, seen;
};
std::optional<Failure> play(const Steps& steps, Counts& counts);

class World {
public:
    World();
    ~World();
    void perform(const Step& step);
    void finish();  // all is answered, all are heard
    void count(Counts& counts) const;

private:
    struct Member {
        Client client;
        std::size_t account;
        std::shared_ptr<Line> line = {};
        bool slow = false, astray = false;  // astray: it heard what was never durable, and is gone
        std::vector<std::string> topics = {};
        std::string epoch = {};  // of its cursor
        std::optional<std::vector<std::string>> agents = {};
        // False: what it asked for last had not come yet when its line went. Its place is one in what it had asked for
        // before.
        bool hasCopyOfWanted() const {
            return !client.hasCopy() || client.copyOf().topics == std::set<std::string>(topics.begin(), topics.end());
        }
    };
    struct Reader {  // of the history
        std::string cursor;
        std::uint64_t at = 0;
        bool astray = false;
    };
    struct Carried {  // for an Idempotency-Key
        int times = 0;
        Time at{};
        bool durable = true;
    };

    void settle();
    bool note(const std::vector<events::FramePtr>& told);  // into the log; whether there was anything
    void begin();                                          // a life
    void end(bool crash);                                  // of it
    void writeKeys();
    identity::Identity who(std::size_t account) const;
    bool revoked(std::size_t account) const;
    // Null: whoever asks is nobody any more.
    const Asked* ask(std::size_t account, std::string method, std::string path, std::string body, Asked effect,
                     std::map<std::string, std::string> headers = {});
    void send(const Asked& asked);
    void await(const Entry& entry);
    void enter(const Step& step);
    void leave(Member& member);
    bool connect(Member& member, const std::string& cursor);  // false: it may not hear what it asks for
    void comeBack(const Step& step);
    bool comeBack(Member& member, const Step& step);
    void setState(const Step& step);
    void repeat(const Step& step);
    void answer(const Step& step);
    void grant(const Step& step);
    void forget(const Step& step);
    void passTime(const Step& step);
    void read(const Step& step);
    void operation(const Step& step);
    void look();
    void lookAt(const Member& member);
    void holdToTheSwitch();
    void calm();
    Expected expectedFrom(const Member& member, const std::string& cursor) const;
    void subscribe(const Step& step);
    Member* member(unsigned which, bool connected);
    AgentId agentOf(unsigned which) const;
    const AgentSession* session(unsigned which) const;

    std::filesystem::path folder_;
    Acd acd_;
    Log log_;
    Requests requests_;
    std::unique_ptr<Life> life_;
    std::vector<std::unique_ptr<Member>> members_;
    std::map<std::size_t, Reader> readers_;
    std::map<std::string, Carried> carriedOut_;  // by account and key
    std::map<std::size_t, unsigned> granted_;    // account → which of its key's contents
    std::set<std::size_t> regranted_;            // whose key has had another one
    std::string epoch_;
    std::optional<std::uint64_t> filedFrom_;  // after a change of the epoch: events from there on are in the file still
    Life::Kept kept_;
    // Of an agent some events were erased: places before that are gone on from no more, and after a restart none from
    // before it.
    bool erased_ = false;
    std::uint64_t wholeFrom_ = 0;
    // Something was cut between the last two starts: a place from before may be gone on from, or not, by what that was.
    std::uint64_t filedAtStart_ = 0, unsureUpTo_ = 0;
    bool pictured_ = false, writesFail_ = false;
    int versions_ = 0;
    Time ownUntil_{};  // until then an event may be of a command of the gateway's own
    unsigned requestNumber_ = 0, clientNumber_ = 0;
    Counts counts_;
    // The event that an answered command brings about, where no other open command looks for the same.
    struct Awaited {
        std::string request, type, subject, agent, event;
    };
    std::optional<Awaited> awaited_;
};

}  // namespace deskline::model
