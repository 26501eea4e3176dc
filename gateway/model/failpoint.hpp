// Named moments in the middle of a change at which a test ends the process as a kill would, to see what is on the disk
// afterwards. DESKLINE_FAILPOINT=journal.inserted:3 ends the process when it passes that failpoint for the third time.
// A name that failpoint.cpp does not list, in the variable or in the code, aborts with a line that says so. Only in
// builds for tests (DESKLINE_FAILPOINTS); in the product a failpoint does nothing. Thread: any.
#pragma once

namespace deskline {

void failpoint(const char* name);

}  // namespace deskline
