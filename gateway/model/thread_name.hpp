// What debuggers and the host's tools call a thread. Thread: any; names the calling one. Source: pthread_setname_np(3),
// which takes 15 characters; SetThreadDescription (Windows 10 1607 and later).
#pragma once

namespace deskline {

void nameThread(const char* name);

}  // namespace deskline
