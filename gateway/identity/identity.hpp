// Who a caller is. Thread: values, any.
#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <set>
#include <string>

#include "model/names.hpp"

namespace deskline::identity {

enum class Role { agent, supervisor, integration, admin };
BOOST_DESCRIBE_ENUM(Role, agent, supervisor, integration, admin)

struct Identity {
    std::string subject;
    Role role = Role::agent;
    std::set<std::string> agents;  // ids of the agents that the caller is
    std::int64_t expires = 0;      // seconds since 1970
};

}  // namespace deskline::identity
