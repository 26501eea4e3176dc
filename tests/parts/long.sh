# Part of ./test, of hours, only where it is asked for by name: the campaigns of the other parts with their long
# settings. A campaign is a part that takes its length from the environment; whoever wants another length sets it
# before.
# shellcheck shell=bash
export DESKLINE_E2E_SECONDS=${DESKLINE_E2E_SECONDS:-14400}
export DESKLINE_POINTS=${DESKLINE_POINTS:-1000} DESKLINE_ALLOCATION_SECONDS=${DESKLINE_ALLOCATION_SECONDS:-120}
export DESKLINE_MODEL_SECONDS=${DESKLINE_MODEL_SECONDS:-43200} DESKLINE_MODEL_SEEDS=${DESKLINE_MODEL_SEEDS:-200000}
export DESKLINE_MODEL_STEPS=${DESKLINE_MODEL_STEPS:-100}
export SOAK_AGENTS=${SOAK_AGENTS:-500} SOAK_CLIENTS=${SOAK_CLIENTS:-50}
export SOAK_RATE=${SOAK_RATE:-20} SOAK_TRAFFIC=${SOAK_TRAFFIC:-1}
export DESKLINE_FUZZ_SECONDS=${DESKLINE_FUZZ_SECONDS:-3600} DESKLINE_FUZZ_SEED=${DESKLINE_FUZZ_SEED:-0}
build alone; verdict "each source compiles by itself" 0
# shellcheck source=/dev/null  # each is checked by itself
for part in faults model soak memory fuzz; do source "tests/parts/$part.sh"; done
