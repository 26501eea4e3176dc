# Part of ./test: ThreadSanitizer over the unit tests, but those that say to have one thread, and over the end-to-end
# tests that cross the most threads. A report ends the program, and with it the test; none is suppressed.
# shellcheck shell=bash disable=SC2154  # root, logs: of ./test
build tsan
step "tests: ThreadSanitizer"
export TSAN_OPTIONS="halt_on_error=1 exitcode=66 second_deadlock_stack=1"
unit tsan build/tsan/unit_tests '~[one-thread]'
DESKLINE_PROGRAM=$root/build/tsan/deskline \
  e2e tsan linux everywhere/{streams/{streams,readers},api/{commands,administration,webhooks}}.test.mjs callbacks
grep -A 40 -m 1 'WARNING: ThreadSanitizer' "$logs/unit-tsan.log" "$logs/e2e-tsan.log"
(($? == 1)); verdict "no report of ThreadSanitizer" $?
unset TSAN_OPTIONS
