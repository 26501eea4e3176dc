// What most tests include, compiled once.
#pragma once
#include <catch2/catch.hpp>

#include "precompiled/network.hpp"
