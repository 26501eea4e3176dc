#include <pthread.h>

#include "model/thread_name.hpp"

namespace deskline {

void nameThread(const char* name) { pthread_setname_np(pthread_self(), name); }

}  // namespace deskline
