# Part of ./test: faults injected from beneath. Kills at DESKLINE_POINTS (100) named points of a change, a disk that is full, memory that cannot
# be had (on the release build: it is the memory of the product that fails).
build sanitized; build linux
step "tests: faults"
e2e faults linux failpoints.test.mjs disk.test.mjs
DESKLINE_PROGRAM=$root/build/linux/deskline e2e memory linux allocation.test.mjs
