// Named moments in the middle of a change, at which a test ends the process as a kill would, to see afterwards that
// what was promised holds: DESKLINE_FAILPOINT=journal.inserted:3 ends it when it comes there for the third time. A name
// that failpoint.cpp does not list, there or in the code, is an abort, with a line that says so. Only in builds for
// tests (DESKLINE_FAILPOINTS); in the product it does nothing. Thread: any.
#pragma once

namespace deskline {

void failpoint(const char* name);

}  // namespace deskline
