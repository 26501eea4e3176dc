// One life of a gateway: everything from the router to the journal's file and the shard, as `deskline serve` puts it
// together, without sockets. It ends as `stop` ends it, or by a crash: then the file is what it was at that moment.
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

    // Until nothing moves any more; the frames that were told meanwhile, in their order.
    std::vector<events::FramePtr> settle();
    std::vector<events::FramePtr> told();  // what has been told since, without waiting
    bool turn();                           // the shard alone: whether it had anything to do
    events::SubscriptionStart attach(const events::Subscription& subscription, const std::string& cursor);
    // What the journal's file has: the first and the last number, and whether the last commit went well.
    struct Kept {
        std::uint64_t cut = 0, newest = 0;
        std::uint64_t filed =
            0;  // the first event that the file has, of this epoch or of one before; without any: the next one
        std::string epoch;
        bool durable = true;
    };
    Kept kept();
    Kept stop();            // as `stop` ends it: what could not be written before is tried once more
    void reauthenticate();  // keys have changed
    api::Later later();
    source::Report report();

    Services& services() { return services_; }
    api::Context& context() { return services_.context; }
    net::Shard& shard() { return shard_; }
    net::ServerContext& server() { return context_; }

private:
    Kept filed() const;  // thread: the ledger's, or its end is past
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
    net::ServerContext context_;
    std::vector<std::weak_ptr<Alarm>> alarms_;
};

void failWrites(bool fail);           // of every journal: the disk takes nothing
void seedRandom(std::uint64_t seed);  // what OpenSSL draws, from here on

}  // namespace deskline::model
