// Plays a list of steps against a gateway, and checks its promises after each. Thread: the test's.
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

// Where and how a promise was broken.
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
    void finish();  // lets everything be answered and told, and checks once more
    void count(Counts& counts) const;

private:
    struct Member {
        Client client;
        std::size_t account;
        std::shared_ptr<Line> line = {};
        bool slow = false, astray = false;  // astray: it was told events that were never durable, and is gone
        std::vector<std::string> topics = {};
        std::string epoch = {};  // of its cursor
        std::optional<std::vector<std::string>> agents = {};
        // False: the answer to its last change of topics had not come when its connection went. Its cursor is then one
        // of the topics before that.
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
    bool note(const std::vector<events::FramePtr>& told);  // puts the frames into the log; whether there were any
    void begin();                                          // starts a gateway
    void end(bool crash);                                  // stops or crashes it
    void writeKeys();
    identity::Identity who(std::size_t account) const;
    bool revoked(std::size_t account) const;
    // Sends a request of the account. Null: the account's credential was revoked.
    const Asked* ask(std::size_t account, std::string method, std::string path, std::string body, Asked effect,
                     std::map<std::string, std::string> headers = {});
    void send(const Asked& asked);
    void await(const Entry& entry);
    void enter(const Step& step);
    void leave(Member& member);
    bool connect(Member& member, const std::string& cursor);  // false: it may not hear what it asks for
    void comeBack(const Step& step);
    bool comeBack(Member& member, const Step& step);
    void playSwitch(const Step& step);      // what it does by itself
    void commandAgent(const Step& step);    // signs in or out, sets the state, makes a session
    void commandSession(const Step& step);  // ends, or withdraws the pending state
    void disturb(const Step& step);         // the journal, the gateway's life, the wall clock
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
    std::map<std::size_t, unsigned> granted_;    // account → which of the contents its key has
    std::set<std::size_t> regranted_;            // accounts whose key has had more than one
    std::string epoch_;
    std::optional<std::uint64_t> filedFrom_;  // after a change of the epoch: the first event that is still in the file
    Life::Kept kept_;
    // Events of an agent were erased: the gateway resumes no cursor from before them, and after a restart none from
    // before the erasure.
    bool erased_ = false;
    std::uint64_t wholeFrom_ = 0;
    // Events were cut between the last two starts: a cursor from before may be resumed or not, depending on which.
    std::uint64_t filedAtStart_ = 0, unsureUpTo_ = 0;
    bool inventoried_ = false, writesFail_ = false;
    int versions_ = 0;
    Time ownUntil_{};  // until then an event may come from a command that the gateway gave by itself
    unsigned requestNumber_ = 0, clientNumber_ = 0;
    Counts counts_;
    // The event that an answered command must bring about, where no other open command waits for the same one.
    struct Awaited {
        std::string request, type, subject, agent, event;
    };
    std::optional<Awaited> awaited_;
};

}  // namespace deskline::model
