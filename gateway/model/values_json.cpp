#include "model/values_json.hpp"

namespace deskline {

#define DESKLINE_INSTANTIATE(T)                   \
    template boost::json::value toJson(const T&); \
    template void fromJson(const boost::json::value&, T&, const std::string&, std::vector<FieldError>&);
DESKLINE_THINGS(DESKLINE_INSTANTIATE)
#undef DESKLINE_INSTANTIATE

}  // namespace deskline
