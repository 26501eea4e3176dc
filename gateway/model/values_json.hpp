// The JSON of the model's values, compiled once: in values_json.cpp. Thread: any.
#pragma once
#include "model/fault.hpp"
#include "model/json.hpp"
#include "model/values.hpp"

namespace deskline {

#define DESKLINE_EXTERN(T)                               \
    extern template boost::json::value toJson(const T&); \
    extern template void fromJson(const boost::json::value&, T&, const std::string&, std::vector<FieldError>&);
DESKLINE_THINGS(DESKLINE_EXTERN)
#undef DESKLINE_EXTERN

}  // namespace deskline
