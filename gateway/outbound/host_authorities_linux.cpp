#include "outbound/host_authorities.hpp"

namespace deskline::outbound {

void trustHostAuthorities(SSL_CTX* context) { SSL_CTX_set_default_verify_paths(context); }

}  // namespace deskline::outbound
