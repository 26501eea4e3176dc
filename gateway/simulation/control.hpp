// The simulator's console: one JSON object a line over a loopback socket, one JSON object back. It plays what happens
// outside the gateway: calls, faults, a lost switch, an unplugged headset, a volume moved by another program. For
// training and tests; off unless a port is given. The same console serves the simulated sources and the COM doubles.
// Thread: its own.
#pragma once
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <string>

namespace deskline::simulation {

class Switch;
class Mixer;

// Carries one request out: {"do":"fault","call":"put_State","hresult":"0x80040044"} → {"ok":true} or {"error":"…"}.
boost::json::object control(Switch& acd, const boost::json::object& request);
boost::json::object control(Mixer& mixer, const boost::json::object& request);

class Console {
public:
    using Handler = std::function<boost::json::object(const boost::json::object&)>;

    Console(unsigned short port, Handler handler);  // 127.0.0.1; throws std::runtime_error when the port is taken
    ~Console();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace deskline::simulation
