// Those who read the journal while the ledger writes it: one thread with a read-only connection of its own, which WAL
// lets see all that is committed and which never holds the writer up. A reading goes in steps of bounded work; after
// each step the next account has its turn, and the readings of one account follow each other. The end of the gateway
// waits for none of them. Thread: `enter`, `ask`, `stop` and `figures` any; steps run on the readers' own.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "events/database.hpp"

namespace deskline::events {

class Readers {
public:
    // Requests of one account, and of all, that are there at a time.
    static constexpr std::size_t mostOfOne = 32, mostInAll = 512;

    // standing: one of a stream or of a webhook, which asks for one at a time and is bounded by what it is of: it
    // waits, but is not refused.
    enum class Kind { request, standing };
    using Open = std::function<Result<Database*>()>;
    using Step = std::function<Result<bool>(const Open& open)>;  // true: there is more to do
    // Once: done, or the fault: the step's own, too-many-requests (at once), shutting-down. On the readers' thread, or
    // inside `ask` or `stop`.
    using Done = std::function<void(const Result<void>&)>;

    struct Figures {
        std::uint64_t steps = 0, refused = 0;
        std::size_t present = 0;  // that wait, are under way, or are just being told
    };

    explicit Readers(std::filesystem::path journal);  // empty: there is no file; `open` then says so
    ~Readers();

    // A request's place among those that are there, until its last copy is gone; too-many-requests: there is none for
    // it.
    using Place = std::shared_ptr<const void>;
    Result<Place> enter(const std::string& account);
    // request: it takes a place for as long as it is there. What goes on in several readings takes one for all of them
    // and asks as standing.
    void ask(const std::string& account, Kind kind, Step step, Done done);
    void stop();  // interrupts what is under way; everything that is there, and that is still asked, is answered
                  // shutting-down
    Figures figures() const;

private:
    struct Reading {
        Place place;  // of a request
        Step step;
        Done done;
    };
    struct Places {
        mutable std::mutex mutex;
        std::map<std::string, std::size_t> ofOne;
        std::size_t inAll = 0, refused = 0;
        void leave(const std::string& account);
    };

    void run();
    Result<bool> advance(const Step& step);
    Result<Database*> open();
    Reading take(const std::string& account);
    static void tell(const Reading& over, const Result<void>& how);

    const std::filesystem::path journal_;
    std::unique_ptr<Database> database_;  // the thread's

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::map<std::string, std::deque<Reading>> accounts_;
    std::deque<std::string> turns_;  // the accounts that have something to read, in the order of their turns
    Figures figures_;
    const std::shared_ptr<Places> places_ = std::make_shared<Places>();
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace deskline::events
