// Events that have to be asked about: in order of their object, none lost, and others go on meanwhile. Needs no COM
// server.
#include "telephony/tapi3/details.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace deskline;
using telephony::Details;

namespace {

struct Thing : IUnknown {
    ULONG references = 1;
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void**) override { return E_NOINTERFACE; }
    ULONG STDMETHODCALLTYPE AddRef() override { return ++references; }
    ULONG STDMETHODCALLTYPE Release() override { return --references; }
};

struct Bench {
    Thing one, other, third;
    std::vector<std::pair<std::string, Details::Work>> posted;
    std::vector<int> done;
    Details details{[this](const std::string& lane, Details::Work run) { posted.emplace_back(lane, std::move(run)); }};

    bool tell(const std::string& lane, Thing& thing, bool slow, int number) {
        return details.inOrder(lane, com::ComPtr<IUnknown>(&thing), slow, [this, number] { done.push_back(number); });
    }
    void runAll() {
        auto runs = std::exchange(posted, {});
        for (auto& [lane, run] : runs) run();
    }
};

}  // namespace

TEST_CASE("what is not slow is done at once; what is waits, and what comes later of its object waits behind it") {
    Bench bench;
    bench.tell("new", bench.one, false, 1);
    CHECK(bench.done == std::vector{1});
    bench.tell("new", bench.one, true, 2);
    bench.tell("new", bench.one, false, 3);
    bench.tell("new", bench.other, false, 4);  // is known: goes on
    bench.tell("new", bench.third, true, 5);   // the same lane
    bench.tell("calls", bench.other, true, 6);
    CHECK(bench.done == std::vector{1, 4});
    REQUIRE(bench.posted.size() == 2);
    CHECK(bench.one.references == 3);  // held while it waits, so that no other object has its address
    bench.runAll();
    CHECK(bench.done == std::vector{1, 4, 2, 3, 5, 6});
    CHECK(bench.one.references == 1);
    bench.tell("new", bench.one, false, 7);
    CHECK(bench.done.back() == 7);
    CHECK(bench.posted.empty());
}

TEST_CASE("what comes while a lane is run is done by the same run, and a lane that was run through is posted again") {
    Bench bench;
    const com::ComPtr<IUnknown> one(&bench.one);
    bench.details.inOrder("new", one, true, [&] {
        bench.done.push_back(1);
        bench.tell("new", bench.one, false, 2);  // behind itself: its object is not through yet
        CHECK(bench.done == std::vector{1});
    });
    bench.runAll();
    CHECK(bench.done == std::vector{1, 2});
    CHECK(bench.posted.empty());
    bench.tell("new", bench.other, true, 3);
    REQUIRE(bench.posted.size() == 1);
    bench.runAll();
    CHECK(bench.done == std::vector{1, 2, 3});
}

TEST_CASE("as many wait as may; once it is stopped, nothing is done, and its objects are let go of") {
    Bench bench;
    for (std::size_t i = 0; i < Details::most; ++i) REQUIRE(bench.tell("new", bench.one, true, 0));
    CHECK_FALSE(bench.tell("new", bench.one, true, 1));
    CHECK_FALSE(bench.tell("new", bench.one, false, 1));
    CHECK(bench.tell("new", bench.other, false, 2));
    CHECK(bench.posted.size() == 1);
    bench.details.stop();
    CHECK(bench.one.references == 1);
    bench.runAll();
    CHECK(bench.tell("new", bench.other, false, 3));
    CHECK(bench.tell("new", bench.other, true, 4));
    CHECK(bench.posted.empty());
    CHECK(bench.done == std::vector{2});
}

TEST_CASE("a work that throws does not hold back those behind it; a stop within one ends the run") {
    Bench bench;
    const com::ComPtr<IUnknown> one(&bench.one);
    bench.details.inOrder("new", one, true, [] { throw std::runtime_error("no memory"); });
    bench.tell("new", bench.one, false, 1);
    bench.runAll();
    CHECK(bench.done == std::vector{1});
    bench.tell("new", bench.one, false, 2);
    CHECK(bench.done == std::vector{1, 2});
    bench.details.inOrder("new", one, true, [&] { bench.details.stop(); });
    bench.tell("new", bench.one, false, 3);
    bench.runAll();
    CHECK(bench.done == std::vector{1, 2});
}
