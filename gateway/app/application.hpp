// The gateway as one object: everything that runs, from the queues to the listener. Built whole, then run once.
// The members stand in the order of their life: each works with those before it, and what is declared last is destroyed
// first. So destruction needs no code of its own, at the end and wherever a start gives up. What has to be waited for
// is waited for before, by `drain` and `stop`. Thread: main's.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "app/instance.hpp"
#include "app/opened.hpp"
#include "app/services.hpp"
#include "audio/audio.hpp"
#include "automation/statistics_poll.hpp"
#include "events/hub.hpp"
#include "events/ledger.hpp"
#include "host/configuration.hpp"
#include "host/descriptors.hpp"
#include "host/signals.hpp"
#include "net/listener.hpp"
#include "outbound/https_client.hpp"
#include "telephony/telephony.hpp"

namespace deskline {

class Application {
public:
    // Builds everything, starts nothing. Both references must outlive it. Throws std::runtime_error where authorities
    // cannot be read.
    Application(const host::Configuration& configuration, Instance& instance, Opened opened);

    // Starts, serves until the process is asked to end, ends. Gives the exit code: 0 a clean end, 1 it could not start,
    // or another program wrote into its journal. Does not return where a call into the switch, the sound system or the
    // disk does not: then the process ends here.
    int run(host::Signals& signals);

private:
    Result<void> start();                // the listener has its port, the ledger and the sources run
    void serve(host::Signals& signals);  // connections are taken, until the process is asked to end
    bool look(bool anyway);              // once a second: after what may have changed; false: the gateway has to end
    void drain(const host::Signals& signals);  // no new work; what is under way gets its time, and its answer
    void stop();                               // what has been recorded is written; nobody is asked any more
    void stopSources();

    const host::Configuration& configuration_;
    Instance& instance_;
    Opened opened_;  // apart from the journal, which the ledger has, and the first TLS context, which the server has
    const host::Share share_;
    std::string address_;             // that it listens at: https://…
    bool conflict_ = false;           // another program wrote events into the journal
    std::atomic<bool> whole_ = true;  // false: a thread has not returned from a call, and uses what would be destroyed

    events::Hub hub_;
    net::Shards shards_;  // before all that may have something to tell them, and destroyed after it
    events::Ledger ledger_;
    const std::unique_ptr<telephony::Telephony> telephony_;  // null: none is configured; so is audio_
    const std::unique_ptr<audio::Audio> audio_;
    outbound::HttpsClient poster_;  // of webhooks
    Services services_;
    net::ServerContext serverContext_;
    net::Server server_;
    std::optional<automation::StatisticsPoll> poll_;  // while it serves, where there is telephony
};

}  // namespace deskline
