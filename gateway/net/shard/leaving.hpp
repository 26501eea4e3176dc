// How everything that is open on a shard ends. A shard knows its connections, its streams and what they wait for from
// outside, so that none is left to a destructor. When the gateway ends it tells each of them, stage by stage, so that
// all are answered or closed while it still runs. Thread: the shard's.
#pragma once
#include <boost/intrusive/list.hpp>

namespace deskline::net {

enum class Leaving {
    not_yet,
    begins,      // nothing new begins: who has asked nothing is closed, streams say goodbye
    reads_over,  // who only reads, and waits for something to happen, is answered now
    over,        // everybody who still waits is answered now
    now,         // what is still open is closed, whatever it is
};

class Open : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    virtual void leave(Leaving stage) = 0;  // destroys nothing that is open
    virtual void again() {}                 // what it has put off (Shard::putOff)

protected:
    ~Open() = default;
};
using OpenThings = boost::intrusive::list<Open, boost::intrusive::constant_time_size<false>>;

}  // namespace deskline::net
