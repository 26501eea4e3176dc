// Makes a failing list of steps as short as it gets: takes parts out, ever smaller ones, as long as the same promise is
// still broken. Source: Zeller, Hildebrandt, Simplifying and Isolating Failure-Inducing Input (delta debugging).
#pragma once
#include "play.hpp"

namespace deskline::model {

Steps shrink(Steps steps, Failure& failure);

}  // namespace deskline::model
