#include "doubles/tapi/registry.hpp"

#include "doubles/tapi/address.hpp"
#include "doubles/tapi/agent.hpp"
#include "doubles/tapi/call.hpp"
#include "doubles/tapi/group.hpp"
#include "doubles/tapi/handler.hpp"
#include "doubles/tapi/queue.hpp"
#include "doubles/tapi/session.hpp"
#include "doubles/tapi/world.hpp"

namespace deskline::doubles::tapi {

void dropAll() {
    handlers().drop();
    groups().drop();
    queues().drop();
    addresses().drop();
    agents().drop();
    sessions().drop();
    calls().drop();
}

boost::json::object held() {
    return {{"handlers", handlers().held()},
            {"groups", groups().held()},
            {"queues", queues().held()},
            {"addresses", addresses().held()},
            {"agents", agents().held()},
            {"sessions", sessions().held() + SessionObject::second()},
            {"registrations", world().registrations.load()}};
}

}  // namespace deskline::doubles::tapi
