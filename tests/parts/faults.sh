# Part of ./test: faults injected from beneath. Kills at DESKLINE_POINTS (100) named points of a change, a disk that is full.
build sanitized
step "tests: faults"
e2e faults linux failpoints.test.mjs disk.test.mjs
