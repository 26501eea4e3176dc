#include <catch2/catch.hpp>

#include "source/remembered.hpp"

using namespace deskline;

TEST_CASE("ids of what is gone: the last so many") {
    source::Remembered gone;
    for (std::size_t i = 0; i < 3 * source::Remembered::most; ++i) {
        gone.insert(std::to_string(i));
        gone.insert(std::to_string(i));
    }
    CHECK(gone.size() == source::Remembered::most);
    CHECK_FALSE(gone.contains("0"));
    CHECK(gone.contains(std::to_string(3 * source::Remembered::most - 1)));
}
