// What a caller is told who may not: not-found where the caller may not even see the thing. Thread: the ledger's where
// a state is asked, else any.
#pragma once
#include "api/context.hpp"

namespace deskline::api {

inline Fault notFound(std::string_view what) { return {"not-found", "There is no such " + std::string(what) + "."}; }
inline Fault notFound(Kind kind) { return notFound(rowOf(kind).noun); }
// It is there, but not for this caller: the answer is the same, and the audit hears of it.
inline Fault withheld(Fault fault) {
    fault.withheld = true;
    return fault;
}

// The fault where a caller may not change something: not-found where the caller may not even see it, else `forbidden`,
// which says why. `kind`: of the thing.
inline std::optional<Fault> refused(const Context& context, const identity::Identity& caller, Resource resource,
                                    const Ownership& ownership, Kind kind, std::string forbidden) {
    if (context.policy.may(caller, resource, identity::Action::change, ownership)) return std::nullopt;
    if (!context.policy.may(caller, resource, identity::Action::see, ownership)) return withheld(notFound(kind));
    return Fault{"forbidden", std::move(forbidden)};
}

}  // namespace deskline::api
