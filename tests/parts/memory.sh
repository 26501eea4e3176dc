# Part of ./test: one allocation in so many fails on the threads that serve (on the release build: it is the memory of the product).
build linux
step "tests: memory"
DESKLINE_PROGRAM=$root/build/linux/deskline e2e memory linux allocation.test.mjs
