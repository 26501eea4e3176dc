// What is kept in the journal's file beside the events, written in the same group as they are. A store keeps in memory
// what it has not saved yet, so a group that could not be written is written with the next. Thread: the ledger's.
#pragma once
#include "events/database.hpp"

namespace deskline::events {

class Store {
public:
    virtual ~Store() = default;
    virtual bool changed() const = 0;
    virtual Result<void> save(Database& database) = 0;  // inside a transaction
    virtual void saved() = 0;                           // it was committed; where it throws, the same is saved again
};

}  // namespace deskline::events
