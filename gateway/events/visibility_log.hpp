// By which visibility each account has heard events, and from when to when. A change of rights brings things into a
// client's view, or takes them out of it, without an event. So a client begins anew when it comes back with a cursor
// that its account may have heard by another visibility than its present one. Where an account hears by several at a
// time, nobody can say which of them heard an event, and each client that comes back begins anew. Kept over restarts as
// records, written when a visibility comes, and when it goes beside another. Thread: the ledger's.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "events/records.hpp"
#include "model/visibility.hpp"

namespace deskline::events {

class VisibilityLog {
public:
    // Accounts; those that come then count as one, of many visibilities.
    static constexpr std::size_t most = Records::mostOfKind;
    // Visibilities of an account that are told apart; the others are one that nobody has.
    static constexpr std::size_t mostOfOne = 8;
    using Whose = std::weak_ptr<const void>;  // a stream

    explicit VisibilityLog(Records& records) : records_(records) {}

    void restored(std::string epoch, std::uint64_t newest);
    // Whether this account may have heard that event by another one.
    bool doubtful(const Visibility& visibility, std::uint64_t number) const;
    // A stream hears by this visibility from now on, and by no other; `after`: the event that it goes on from;
    // `newest`: the last there is.
    void hears(const Visibility& visibility, std::uint64_t after, std::uint64_t newest, const Whose& whose);
    // Forgets streams that are gone, and what no cursor that still holds can reach.
    void sweep(std::uint64_t newest, std::uint64_t oldest);

private:
    struct Span {
        std::uint64_t from = 0, until = 0;  // until: once nobody hears by it
        std::set<Whose, std::owner_less<Whose>> streams = {};
        bool keptOpen = false;  // there is a record, and it has no end of it
        bool open() const { return !streams.empty(); }
    };
    using Account = std::map<std::string, Span>;  // by the visibility's mark; "": of those that are not told apart
    static bool closed(Span& span, std::uint64_t newest);
    static void mergeOne(Account& account);
    void keep(const std::string& name, Account& account);

    Records& records_;
    std::string epoch_;
    std::map<std::string, Account> accounts_;
    Account others_;  // of all the accounts for which there was no room; no record of its own
};

}  // namespace deskline::events
