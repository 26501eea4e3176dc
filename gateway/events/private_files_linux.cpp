#include "events/private_files.hpp"

namespace deskline::events {

void usePrivateFiles() {}  // they are made with the mode and the owner of the database

}  // namespace deskline::events
