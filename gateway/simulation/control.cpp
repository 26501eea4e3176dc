#include "simulation/control.hpp"

#include <boost/asio.hpp>
#include <charconv>
#include <thread>

#include "model/json.hpp"
#include "simulation/mixer.hpp"
#include "simulation/switch.hpp"

namespace deskline::simulation {
namespace {

namespace json = boost::json;
namespace asio = boost::asio;

std::string text(const json::object& request, std::string_view key, std::string fallback = {}) {
    const auto* value = request.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::move(fallback);
}

std::int64_t number(const json::object& request, std::string_view key, std::int64_t fallback) {
    const auto* value = request.if_contains(key);
    return value && value->is_number() ? value->to_number<std::int64_t>() : fallback;
}

Code codeIn(const json::object& request, Code fallback) {
    const auto hex = text(request, "hresult");
    Code code = fallback;
    if (hex.starts_with("0x")) std::from_chars(hex.data() + 2, hex.data() + hex.size(), code, 16);
    return code;
}

template <class E>
E value(const json::object& request, std::string_view key, E fallback) {
    return named<E>(text(request, key)).value_or(fallback);
}

// Faults are injected alike into both simulators.
bool controlFaults(FaultGate& faults, const json::object& request) {
    const auto what = text(request, "do");
    if (what == "fault") {
        InjectedFault fault{.call = text(request, "call", "*"),
                            .object = text(request, "object"),
                            .code = codeIn(request, ok),
                            .delay = std::chrono::milliseconds(number(request, "delay", 0)),
                            .times = static_cast<int>(number(request, "times", 1))};
        if (!faults.inject(std::move(fault))) throw std::runtime_error("there are as many faults as it keeps");
    } else if (what == "clear")
        faults.clear();
    else if (what == "lose")
        faults.lose(codeIn(request, hresult("RPC_E_DISCONNECTED")));
    else if (what == "restore")
        faults.restore();
    else
        return false;
    return true;
}

json::object unknown(const json::object& request) {
    return {{"error", "there is no such thing to do: '" + text(request, "do") + "'"}};
}

}  // namespace

json::object control(Switch& acd, const json::object& request) {
    const auto what = text(request, "do");
    if (controlFaults(acd.faults(), request)) return {{"ok", true}};
    if (what == "remove-group")
        acd.removeGroup(text(request, "group"));
    else if (what == "add-group")
        acd.addGroup(text(request, "group"));
    else if (what == "set-pin")
        acd.setPin(text(request, "agent"), text(request, "pin"));
    else if (what == "remove-queue")
        acd.removeQueue(text(request, "queue"));
    else if (what == "remove-handler")
        acd.removeHandler(true);
    else if (what == "add-handler")
        acd.removeHandler(false);
    else if (what == "remove-line")
        acd.removeLine(text(request, "address"), true);
    else if (what == "add-line")
        acd.removeLine(text(request, "address"), false);
    else if (what == "line-state")
        acd.setLineState(text(request, "address"), value(request, "state", AddressState::in_service));
    else if (what == "close-line")
        acd.closeLine(text(request, "address"));
    else if (what == "forget")
        acd.forget();
    else if (what == "burst")
        acd.burst(static_cast<std::size_t>(number(request, "events", 1000)));
    else if (what == "call")
        acd.arrive(text(request, "group", "Sales"));
    else if (what == "start-call")
        acd.startCall(text(request, "address"), value(request, "state", CallState::offering));
    else if (what == "remark")
        acd.remark(text(request, "address"));
    else if (what == "release")
        acd.release(text(request, "address"));
    else if (what == "set-session") {  // as another program on the switch would
        if (const Code code =
                acd.setSessionState(text(request, "session"), static_cast<int>(number(request, "state", 0))))
            return {{"error", static_cast<std::int64_t>(code)}};
    } else
        return unknown(request);
    return {{"ok", true}};
}

json::object control(Mixer& mixer, const json::object& request) {
    const auto what = text(request, "do"), session = text(request, "session"), device = text(request, "device");
    const auto id = session.empty() ? device : session;
    if (controlFaults(mixer.faults(), request)) return {{"ok", true}};
    if (what == "volume")
        mixer.setVolume(id, request.at("volume").to_number<double>(), 0);
    else if (what == "mute")
        mixer.setMuted(id, request.at("muted").as_bool(), 0);
    else if (what == "rename")
        session.empty() ? mixer.rename(device, text(request, "name"))
                        : void(mixer.setDisplayName(session, text(request, "name"), 0));
    else if (what == "icon")
        mixer.setIcon(session, text(request, "icon"), 0);
    else if (what == "grouping")
        mixer.setGrouping(session, text(request, "grouping"), 0);
    else if (what == "state")
        session.empty() ? mixer.setDeviceState(device, value(request, "state", DeviceState::active))
                        : mixer.setSessionState(session, value(request, "state", AudioSessionState::active));
    else if (what == "disconnect")
        mixer.disconnect(session, value(request, "reason", DisconnectReason::session_disconnected));
    else if (what == "create")
        return {{"session", mixer.create(device, text(request, "name"),
                                         static_cast<std::uint32_t>(number(request, "process", 0)))}};
    else if (what == "add-device")
        mixer.addDevice(text(request, "name"), value(request, "flow", DeviceFlow::render));
    else if (what == "remove-device")
        mixer.removeDevice(device);
    else if (what == "default")
        mixer.makeDefault(device, value(request, "role", DeviceRole::console));
    else if (what == "duck")
        mixer.duck(session, true);
    else if (what == "unduck")
        mixer.duck(session, false);
    else if (what == "burst")
        mixer.burst(static_cast<std::size_t>(number(request, "changes", 1000)));
    else
        return unknown(request);
    return {{"ok", true}};
}

struct Console::State {
    asio::io_context io{1};
    asio::ip::tcp::acceptor acceptor{io};
    Handler handler;
    std::thread thread;

    asio::awaitable<void> serve(asio::ip::tcp::socket socket) {
        asio::streambuf buffer(1 << 20);
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        for (;;) {
            const auto length = co_await asio::async_read_until(socket, buffer, '\n', token);
            if (error) co_return;
            const std::string line(asio::buffers_begin(buffer.data()),
                                   asio::buffers_begin(buffer.data()) + static_cast<std::ptrdiff_t>(length));
            buffer.consume(length);
            std::string reply;
            try {
                reply = json::serialize(handler(json::parse(line).as_object()));
            } catch (const std::exception& problem) {
                reply = json::serialize(json::object{{"error", problem.what()}});
            }
            reply += '\n';
            co_await asio::async_write(socket, asio::buffer(reply), token);
            if (error) co_return;
        }
    }

    asio::awaitable<void> accept() {
        for (;;) {
            boost::system::error_code error;
            auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
            if (error) co_return;
            asio::co_spawn(io, serve(std::move(socket)), asio::detached);
        }
    }
};

Console::Console(unsigned short port, Handler handler) : state_(std::make_unique<State>()) {
    state_->handler = std::move(handler);
    const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    try {
        state_->acceptor.open(endpoint.protocol());
        state_->acceptor.bind(endpoint);
        state_->acceptor.listen();
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("the simulator's console cannot listen on 127.0.0.1:" + std::to_string(port) + ": " +
                                 error.code().message());
    }
    asio::co_spawn(state_->io, state_->accept(), asio::detached);
    state_->thread = std::thread([this] { state_->io.run(); });
}

Console::~Console() {
    state_->io.stop();
    state_->thread.join();
}

}  // namespace deskline::simulation
