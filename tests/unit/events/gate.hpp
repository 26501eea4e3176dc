// Holds the readers' thread in a step until it is let go.
#pragma once
#include <future>
#include <memory>

#include "events/readers.hpp"

namespace deskline::events {

class Gate {
public:
    void ask(Readers& readers) const {  // queued behind the questions before it
        readers.ask(
            "gate", Readers::Kind::standing,
            [door = door_](const auto&) {
                return door->entered.set_value(), door->opened.get_future().wait(), Result<bool>(false);
            },
            [](const auto&) {});
    }
    void untilHeld() const { door_->entered.get_future().wait(); }
    void hold(Readers& readers) const {
        ask(readers);
        untilHeld();
    }
    void letGo() const { door_->opened.set_value(); }

private:
    struct Door {
        std::promise<void> entered, opened;
    };
    const std::shared_ptr<Door> door_ =
        std::make_shared<Door>();  // the reader may still be on its way through when the gate is gone
};

}  // namespace deskline::events
