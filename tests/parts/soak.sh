# Part of ./test: seven weeks in driven time (tests/soak/soak.test.mjs); SOAK_AGENTS and the like say how much.
build linux
step "tests: soak"
DESKLINE_PROGRAM=$root/build/linux/deskline e2e soak linux ../soak/soak.test.mjs
