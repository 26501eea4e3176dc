#include "outbound/resolver.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "model/text.hpp"
#include "model/thread_name.hpp"

namespace deskline::outbound {
namespace {

namespace asio = boost::asio;
using error_code = boost::system::error_code;

// One who asked. Lives with its coroutine; the timer is woken when there is an answer. Thread: the executor's.
struct Asking {
    asio::steady_timer timer;
    Addresses addresses = {};
    error_code error = asio::error::timed_out;
};

struct Job {
    std::string host, zone, owner;
    std::weak_ptr<Asking> asking;  // expired: nobody waits for the answer any more
};

}  // namespace

struct Resolver::State {
    std::mutex mutex;
    asio::io_context* io;  // null: the resolver is gone, and answers are dropped
    const Lookup lookup;
    std::deque<Job> waiting;
    std::set<std::string> zones;                // with a lookup under way
    std::map<std::string, std::size_t> owners;  // of lookups under way: how many each owner has
    std::size_t threads = 0;

    State(asio::io_context& context, Lookup how) : io(&context), lookup(std::move(how)) {}

    // The caller of these four holds the lock.
    bool add(Job job) {
        std::erase_if(waiting, [](const Job& one) { return one.asking.expired(); });
        const auto alike = std::ranges::count(waiting, job.zone, &Job::zone);
        if (waiting.size() >= mostWaiting || static_cast<std::size_t>(alike) >= mostOfZone) return false;
        waiting.push_back(std::move(job));
        return true;
    }
    bool mayBegin(const Job& job) const {
        const auto own = owners.find(job.owner);
        return !zones.contains(job.zone) && (own == owners.end() || own->second < mostOfOwner);
    }
    // Takes the first job that may begin and whose answer is still waited for.
    std::optional<Job> next() {
        std::erase_if(waiting, [](const Job& one) { return one.asking.expired(); });
        const auto found = std::ranges::find_if(waiting, [this](const Job& job) { return mayBegin(job); });
        if (found == waiting.end()) return std::nullopt;
        auto job = std::move(*found);
        waiting.erase(found);
        zones.insert(job.zone);
        ++owners[job.owner];
        return job;
    }
    void ended(const Job& job) {
        zones.erase(job.zone);
        if (const auto own = owners.find(job.owner); --own->second == 0) owners.erase(own);
    }

    // What a thread does: it takes jobs until none may begin.
    static void work(const std::shared_ptr<State>& state) {
        nameThread("lookup");
        std::unique_lock lock(state->mutex);
        while (auto job = state->next()) {
            help(state);
            lock.unlock();
            error_code error;
            auto addresses = state->lookup(job->host, error);
            lock.lock();
            state->ended(*job);
            if (!state->io) continue;
            asio::post(*state->io, [asking = job->asking, addresses = std::move(addresses), error]() mutable {
                const auto told = asking.lock();
                if (!told) return;
                told->addresses = std::move(addresses);
                told->error = error;
                told->timer.cancel();
            });
        }
        --state->threads;
    }

    // Starts one more thread if another job may begin: a lookup that ended may have kept two waiting, the next of its
    // zone and the next of its owner.
    static void help(const std::shared_ptr<State>& state) {
        if (std::ranges::none_of(state->waiting, [&](const Job& job) { return state->mayBegin(job); })) return;
        try {
            hire(state);
        } catch (const std::exception&) {  // no thread could be started: the job waits for one of those that run
        }
    }

    static void hire(const std::shared_ptr<State>& state) {
        if (state->threads == mostThreads) return;
        std::thread(&State::work, state).detach();
        ++state->threads;
    }
};

Resolver::Resolver(asio::io_context& io, Lookup lookup)
    : io_(io), state_(std::make_shared<State>(io, std::move(lookup))) {}

Resolver::~Resolver() {
    const std::lock_guard lock(state_->mutex);
    state_->io = nullptr;
    state_->waiting.clear();
}

asio::awaitable<Addresses> Resolver::resolve(std::string host, std::string owner, Until until, Error& error) {
    error = {};
    if (const auto address = asio::ip::make_address(host, error); !error) co_return Addresses{address};
    const auto asking = std::make_shared<Asking>(Asking{asio::steady_timer(io_, until)});
    {
        const std::lock_guard lock(state_->mutex);
        if (!state_->add({host, zoneOf(host), std::move(owner), asking})) {
            error = asio::error::no_buffer_space;
            co_return Addresses{};
        }
        State::hire(state_);
    }
    error_code woken;
    co_await asking->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    error = asking->error;
    co_return std::move(asking->addresses);
}

std::string zoneOf(const std::string& host) {
    auto name = lower(host);
    while (name.ends_with('.')) name.pop_back();
    const auto last = name.rfind('.');
    if (last == std::string::npos || last == 0) return name;
    auto dot = name.rfind('.', last - 1);
    if (dot != std::string::npos && dot > 0 && last - dot <= 4) dot = name.rfind('.', dot - 1);  // "co", "com", "org"
    return dot == std::string::npos ? name : name.substr(dot + 1);
}

Addresses lookUp(const std::string& host, error_code& error) {
    asio::io_context io(1);
    asio::ip::tcp::resolver resolver(io);
    Addresses addresses;
    for (const auto& entry : resolver.resolve(host, "", error)) addresses.push_back(entry.endpoint().address());
    return addresses;
}

}  // namespace deskline::outbound
