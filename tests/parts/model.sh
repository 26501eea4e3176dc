# Part of ./test: the model check (tests/model/main.cpp): lists of steps that earlier faults have left, and
# DESKLINE_MODEL_SEEDS (200) drawn ones.
# shellcheck shell=bash disable=SC2154  # root, logs: of ./test
build model
step "tests: model"
limited "${DESKLINE_MODEL_SECONDS:-1200}" build/sanitized/model_test --seeds "${DESKLINE_MODEL_SEEDS:-200}" \
  --steps "${DESKLINE_MODEL_STEPS:-60}" tests/model/regressions >"$logs/model.log" 2>&1; code=$?
tail -n 30 "$logs/model.log"; verdict "the model: every promise kept" $code
