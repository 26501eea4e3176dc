// One run of a gateway: everything from the router to the journal's file and the shard, as `deskline serve` puts it
// together, without sockets. It ends by `stop`, or by a crash, which leaves the file as it was at that moment.
// Thread: the test's.
#pragma once
#include "acd.hpp"
#include "api/router.hpp"
#include "api/target.hpp"
#include "app/services.hpp"
#include "net/http/context.hpp"
#include "net/shard/shard.hpp"

namespace deskline::model {

class Life {
public:
    Life(const std::filesystem::path& folder, Acd& acd,
         bool lacksEvents);  // lacksEvents: as the one before it has noted (app/instance.hpp)
    ~Life();

    // Runs until nothing is left to do. Returns the frames that were told meanwhile, in their order.
    std::vector<events::FramePtr> settle();
    std::vector<events::FramePtr> told();  // the frames since the last call, without waiting
    bool turn();                           // one turn of the shard; whether it had work
    events::SubscriptionStart attach(const events::Subscription& subscription, const std::string& cursor);
    // The journal's file: the number before its first event and its last number, and whether the last commit succeeded.
    struct Kept {
        std::uint64_t cut = 0, newest = 0;
        std::uint64_t filed =
            0;  // the first event in the file, of this epoch or an earlier one; the next number where there is none
        std::string epoch;
        bool durable = true;
    };
    Kept kept();
    Kept stop();            // ends as `deskline serve` does: unsaved events are tried once more
    void reauthenticate();  // keys have changed
    api::Later later();
    source::Report report();

    Services& services() { return services_; }
    api::Context& context() { return services_.context; }
    net::Shard& shard() { return shard_; }
    net::ServerContext& server() { return context_; }

private:
    Kept filed() const;  // thread: the ledger's, or any once it has ended
    struct Alarm {
        std::chrono::steady_clock::time_point at;
        std::function<void()> ring;
    };
    bool ring();

    events::Hub hub_;
    std::size_t witness_ = hub_.add([] {});
    net::Shard shard_{hub_};
    events::Journal* journal_;
    events::Ledger ledger_;
    identity::Keys keys_;
    identity::Authenticator authenticator_;
    Services services_;
    net::Shards shards_;  // none: the model serves its connections itself
    net::ServerContext context_;
    std::vector<std::weak_ptr<Alarm>> alarms_;
};

void failWrites(bool fail);           // of every journal: the disk takes nothing
void seedRandom(std::uint64_t seed);  // what OpenSSL draws, from here on

}  // namespace deskline::model
