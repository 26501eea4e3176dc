// The telephony port on the simulated switch. Thread: see the port; events come under the switch's lock and are only
// handed on.
#pragma once
#include <memory>
#include <mutex>
#include <set>

#include "simulation/control.hpp"
#include "simulation/driver.hpp"
#include "simulation/switch.hpp"
#include "source/keyed_executor.hpp"
#include "telephony/telephony.hpp"

namespace deskline::telephony {

struct SimulatedOptions {
    simulation::SwitchOptions acd;
    std::size_t callsInFlight = 64;
    unsigned short consolePort = 0;  // 0: no console
    source::Backoff backoff = {};
};

class SimulatedTelephony final : public Telephony {
public:
    explicit SimulatedTelephony(SimulatedOptions options);
    ~SimulatedTelephony() override;

    void start(source::Report report) override;
    void perform(Command command, std::string owner, Completion completion) override;
    void readStatistics() override;
    std::vector<std::string> stop(std::chrono::milliseconds patience) override;

    simulation::Switch& acd() { return acd_; }

private:
    Result<Outcome> carryOut(const SignIn& command);
    Result<Outcome> carryOut(const SignOut& command);
    Result<Outcome> carryOut(const SetAgentState& command);
    Result<Outcome> carryOut(const CreateSession& command);
    Result<Outcome> carryOut(const SetSessionState& command);
    Result<Outcome> carryOut(const ReadSession& command);
    Result<void> rebuild();
    void happened(const simulation::SwitchEvent& event);
    bool known(const std::string& agent) const;
    Fault failed(simulation::Code code, std::string_view what);

    SimulatedOptions options_;
    simulation::Switch acd_;
    source::Report report_;
    std::unique_ptr<source::Recovery> recovery_;
    source::KeyedExecutor executor_;
    std::unique_ptr<simulation::Driver> driver_;
    std::unique_ptr<simulation::Console> console_;
    mutable std::mutex mutex_;
    std::map<std::string, Secret> pins_;  // of the agents signed in here, to sign them in again after a loss
};

}  // namespace deskline::telephony
