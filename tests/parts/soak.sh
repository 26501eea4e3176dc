# Part of ./test: seven weeks in driven time (tests/soak/soak.test.mjs); SOAK_AGENTS and the like say how much.
# shellcheck shell=bash disable=SC2154  # root, logs: of ./test
build linux
step "tests: soak"
DESKLINE_PROGRAM=$root/build/linux/deskline e2e soak linux ../soak/soak.test.mjs
