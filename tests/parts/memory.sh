# Part of ./test: what the release build makes of a host that has no memory left (one allocation in so many fails on the
# threads that serve), and of a clock that steps. On the release build, since neither can be put under a sanitizer.
# shellcheck shell=bash disable=SC2154  # root, logs: of ./test
build linux
step "tests: memory, clock"
DESKLINE_PROGRAM=$root/build/linux/deskline e2e memory linux memory
