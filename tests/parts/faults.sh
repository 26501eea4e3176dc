# Part of ./test: faults injected from beneath. Kills at DESKLINE_POINTS (100) named points of a change, a disk that is
# full. Where one of them cannot be had (nobody may mount a small disk), that is a failure.
# shellcheck shell=bash
build sanitized
step "tests: faults"
no_skips=1 e2e faults linux faults
