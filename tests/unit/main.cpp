#define CATCH_CONFIG_RUNNER
#include <spdlog/spdlog.h>

#include <catch2/catch.hpp>

#include "failing_memory.hpp"

int main(int argc, char** argv) {
    deskline::watchCryptoMemory(deskline::tests::failingMemory());
    spdlog::set_level(spdlog::level::off);  // tests provoke many messages
    return Catch::Session().run(argc, argv);
}
