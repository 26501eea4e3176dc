// The switch: its true state, the commands of the gateway that it has not answered, and the events that it has yet to
// tell. The test chooses the outcome of each command. Thread: `perform` the ledger's; the rest the test's, while all is
// quiet.
#pragma once
#include <deque>
#include <mutex>

#include "telephony/telephony.hpp"

namespace deskline::model {

inline const std::vector<GroupName> groupNames{"Sales", "Support"};

enum class Way {  // how a command goes
    eventFirst,
    answerFirst,
    lateEvent,  // answered as done; its event comes when the test says
    noEvent,    // answered as done; its event never comes
    refused,
    unknownDone,    // nobody answers in time; it was carried out, its event comes late
    unknownSilent,  // the same, without an event
    unknownUndone,
};
inline constexpr int ways = 8;

class Acd final : public telephony::Telephony {
public:
    struct Asked {
        telephony::Command command;
        telephony::Completion completion;
        std::string request;  // whose it is; "": the gateway's own
    };

    void start(source::Report) override {}
    void perform(telephony::Command command, std::string owner, telephony::Completion completion) override;
    void readStatistics() override {}
    std::vector<std::string> stop(std::chrono::milliseconds) override { return {}; }

    std::size_t asked() const;
    std::size_t everAsked() const;
    void belongs(std::size_t from, const std::string& request);  // the commands since number `from`
    const Asked& peek(std::size_t which) const;                  // below asked()
    // Answers the command in this way, and reports its events. Whether any event was reported at once.
    bool answer(std::size_t which, Way way, const source::Report& report);
    bool tellLate(const source::Report& report);  // the oldest event that is late; false: there is none

    void connect(const source::Report& report);
    void lose(const source::Report& report);
    void forgetAsked();  // the gateway is gone; its commands stay as they are

    // Changes that the switch makes by itself: a session's state, the next step of its call.
    void move(std::size_t session, SessionState to, const source::Report& report);
    void call(std::size_t session, const source::Report& report);
    void volume(double to, const source::Report& report);

    bool connected() const { return connected_; }
    bool hidSomething() const {
        return hid_;
    }  // whether something has happened since the last inventory that was not told at once
    const std::map<SessionId, AgentSession>& sessions() const { return sessions_; }
    const std::map<AgentId, Agent>& agents() const { return agents_; }
    const std::map<SessionId, Call>& calls() const { return calls_; }

private:
    std::vector<Fact> carryOut(const telephony::Command& command, std::string& object);
    void tell(Fact fact, const source::Report& report) const;
    std::vector<Fact> end(const SessionId& session);
    AgentSession* at(std::size_t session);

    mutable std::mutex mutex_;
    std::deque<Asked> asked_;
    std::size_t everAsked_ = 0;
    bool connected_ = false, hid_ = false;
    std::map<AgentId, Agent> agents_;
    std::map<SessionId, AgentSession> sessions_;
    std::map<SessionId, Call> calls_;  // by their sessions
    std::deque<Fact> late_;
    int counted_ = 0;
};

}  // namespace deskline::model
