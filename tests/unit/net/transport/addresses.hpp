// Addresses and networks by their texts.
#pragma once
#include <catch2/catch.hpp>

#include "net/transport/peers.hpp"

namespace deskline::net {

inline Networks networks(const std::vector<std::string>& texts) {
    auto parsed = Networks::parse(texts);
    REQUIRE(parsed.has_value());
    return *parsed;
}
inline boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

}  // namespace deskline::net
