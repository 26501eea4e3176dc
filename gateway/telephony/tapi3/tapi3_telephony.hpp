// The telephony port on TAPI 3. No COM header here: main includes this one. Thread: see the port.
#pragma once
#include <memory>

#include "telephony/telephony.hpp"

namespace deskline::telephony {

struct Tapi3Options {
    std::string handler;  // only this agent handler; "": all
    std::size_t callsInFlight = 64;
    source::Backoff backoff = {};
};

class Tapi3Telephony final : public Telephony {
public:
    explicit Tapi3Telephony(Tapi3Options options);
    ~Tapi3Telephony() override;

    void start(source::Report report) override;
    void perform(Command command, std::string owner, Completion completion) override;
    void readStatistics() override;
    std::vector<std::string> stop(std::chrono::milliseconds patience) override;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace deskline::telephony
