#include <catch2/catch.hpp>

#include <cstdint>

#include "net/pages/assets.hpp"

using namespace deskline;

TEST_CASE("assets: what is built in and worth it was compressed when it was built, all of it") {
    REQUIRE(net::assets().size() > 4);
    for (const auto& asset : net::assets()) {
        INFO(asset.path);
        const auto& form = asset.gzipped;
        if (form.empty()) {
            CHECK((asset.bytes.size() < 1024 || asset.type == "image/png"));
            continue;
        }
        CHECK(form.starts_with("\x1f\x8b\x08"));
        std::uint32_t size = 0;  // RFC 1952 §2.3.1: ISIZE, the last four bytes
        for (std::size_t i = 0; i < 4; ++i)
            size |= static_cast<std::uint32_t>(static_cast<unsigned char>(form[form.size() - 4 + i])) << (8 * i);
        CHECK(size == asset.bytes.size());
    }
}
