// The double of TAPI itself: a real COM server, and each rule, once broken, is found. Runs in the prefix where it is
// registered.
#include <catch2/catch.hpp>

#include <thread>

#include "doubles_log.hpp"
#include "telephony/tapi3/interfaces.hpp"

using namespace deskline;
using com::ComPtr;
using doubles::found;
using doubles::logged;

namespace {

struct Client : ITTAPIEventNotification {
    std::function<void()> act;
    std::atomic<int> events{0};
    HRESULT WINAPI QueryInterface(REFIID, void** out) override {
        *out = this;
        return S_OK;
    }
    ULONG WINAPI AddRef() override { return 2; }
    ULONG WINAPI Release() override { return 1; }
    HRESULT WINAPI Event(TAPI_EVENT, IDispatch*) override {
        if (act) act();
        ++events;
        return S_OK;
    }
};

struct Tapi {
    ComPtr<ITTAPI> tapi;
    ComPtr<IConnectionPoint> point;
    ComPtr<ITAgentHandler> handler;
    DWORD cookie = 0;
    Client client;

    explicit Tapi(bool filter = true) {
        REQUIRE(CoCreateInstance(telephony::tapiClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(ITTAPI),
                                 reinterpret_cast<void**>(tapi.GetAddressOf())) == S_OK);
        REQUIRE(tapi->Initialize() == S_OK);
        if (filter) tapi->put_EventFilter(telephony::eventFilter);
        com::query<IConnectionPointContainer>(tapi.Get())
            ->FindConnectionPoint(__uuidof(ITTAPIEventNotification), point.GetAddressOf());
        point->Advise(&client, &cookie);
        ComPtr<IEnumAgentHandler> all;
        com::query<ITTAPICallCenter>(tapi.Get())->EnumerateAgentHandlers(all.GetAddressOf());
        ULONG fetched = 0;
        REQUIRE(all->Next(1, handler.GetAddressOf(), &fetched) == S_OK);
    }
    void signIn(const char* agent) {
        ComPtr<ITAgent> object;
        CHECK(handler->CreateAgentWithID(com::Bstr(agent).get(), com::Bstr(agent).get(), object.GetAddressOf()) ==
              S_OK);
    }
    void end() {
        if (cookie) point->Unadvise(std::exchange(cookie, 0));
        handler.Reset();
        point.Reset();
        if (tapi) tapi->Shutdown();
        tapi.Reset();
    }
    ~Tapi() { end(); }
};

const auto apartment = com::enterApartment();

}  // namespace

TEST_CASE("the doubles keep COM's own rules: identity, enumerators, argument checks") {
    Tapi t;
    const auto one = com::identityOf(t.tapi.Get()),
               two = com::identityOf(com::query<ITTAPICallCenter>(t.tapi.Get()).Get());
    CHECK(one.Get() == two.Get());
    ComPtr<IEnumACDGroup> groups, clone;
    REQUIRE(t.handler->EnumerateACDGroups(groups.GetAddressOf()) == S_OK);
    ComPtr<ITACDGroup> group;
    ULONG fetched = 0;
    CHECK(groups->Skip(1) == S_OK);
    REQUIRE(groups->Clone(clone.GetAddressOf()) == S_OK);
    CHECK(groups->Next(1, group.GetAddressOf(), &fetched) == S_OK);
    CHECK(clone->Next(1, group.GetAddressOf(), &fetched) == S_OK);
    CHECK(groups->Next(1, group.GetAddressOf(), &fetched) == S_OK);
    CHECK(groups->Next(1, group.GetAddressOf(), &fetched) == S_FALSE);
    CHECK(fetched == 0);
    CHECK(groups->Reset() == S_OK);
    CHECK(groups->Next(1, group.GetAddressOf(), nullptr) == E_POINTER);
    ComPtr<ITAgent> agent;
    CHECK(t.handler->CreateAgentWithID(com::Bstr("1001").get(), nullptr, agent.GetAddressOf()) == E_INVALIDARG);
    CHECK(static_cast<std::uint32_t>(t.handler->CreateAgentWithID(com::Bstr("1001").get(), com::Bstr("no").get(),
                                                                  agent.GetAddressOf())) == 0x80000059U);
    CHECK(t.tapi->Initialize() == S_FALSE);
}

TEST_CASE("broken rule: a missing put_EventFilter") {
    Tapi t(false);
    CHECK(found("put_EventFilter is missing", [&] { t.signIn("1002"); }));
    CHECK(t.client.events == 0);
}

TEST_CASE("broken rule: a callback that blocks") {
    Tapi t;
    t.client.act = [] { Sleep(150); };
    CHECK(found("a callback blocked", [&] { t.signIn("1003"); }));
}

TEST_CASE("broken rule: Unadvise inside a callback") {
    Tapi t;
    t.client.act = [&] { t.point->Unadvise(1); };
    CHECK(found("Unadvise inside a callback", [&] { t.signIn("1004"); }));
    for (int i = 0; i < 2'000 && t.client.events == 0; ++i) Sleep(10);
}

TEST_CASE("broken rule: Shutdown before Unadvise, and no Shutdown at all") {
    CHECK(found("Shutdown before Unadvise", [] {
        Tapi t;
        t.handler.Reset();
        t.tapi->Shutdown();
        t.point->Unadvise(std::exchange(t.cookie, 0));
    }));
    CHECK(found("released without Shutdown", [] {
        ComPtr<ITTAPI> tapi;
        CoCreateInstance(telephony::tapiClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(ITTAPI),
                         reinterpret_cast<void**>(tapi.GetAddressOf()));
        tapi->Initialize();
    }));
}

TEST_CASE("broken rule: a line that is still registered at Shutdown, and a registration undone that is none") {
    ComPtr<IEnumAddress> lines;
    ComPtr<ITAddress> line;
    ULONG fetched = 0;
    __LONG32 registration = 0;
    Tapi t;
    const auto listen = [&] {
        return t.tapi->RegisterCallNotifications(line.Get(), VARIANT_TRUE, VARIANT_FALSE, 0x8, 1, &registration);
    };
    REQUIRE(t.tapi->EnumerateAddresses(lines.GetAddressOf()) == S_OK);
    REQUIRE(lines->Next(1, line.GetAddressOf(), &fetched) == S_OK);
    REQUIRE(listen() == S_OK);
    CHECK(t.tapi->UnregisterNotifications(registration) == S_OK);
    CHECK(found("UnregisterNotifications of what is not registered",
                [&] { CHECK(t.tapi->UnregisterNotifications(registration) == E_INVALIDARG); }));
    REQUIRE(listen() == S_OK);
    lines.Reset();
    line.Reset();
    CHECK(found("Shutdown before UnregisterNotifications", [&] { t.end(); }));
}

TEST_CASE("broken rule: a leaked reference is counted") {
    const auto clean = logged("live after Shutdown: 1"), all = logged("live after Shutdown: ");
    { Tapi t; }
    CHECK(logged("live after Shutdown: ") == all + 1);
    ITAgentHandler* leaked = nullptr;
    {
        Tapi t;
        t.handler->AddRef();
        leaked = t.handler.Get();
    }
    CHECK(logged("live after Shutdown: ") == all + 2);
    CHECK(logged("live after Shutdown: 1") <= clean + 1);
    leaked->Release();
}

TEST_CASE("broken rule: a call from a thread in no apartment") {
    Tapi t;
    CHECK(found("in no apartment",
                [&] { std::thread([&] { t.tapi->put_EventFilter(telephony::eventFilter); }).join(); }));
}
