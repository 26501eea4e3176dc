# Part of ./test: the model check (tests/model/main.cpp): lists of steps that earlier faults have left, and DESKLINE_MODEL_SEEDS (2000) drawn ones.
build sanitized
step "tests: model"
cmake --build --preset sanitized --target model_test >"$logs/build-model.log" 2>&1 || { tail -n 40 "$logs/build-model.log"; stop "build model"; }
build/sanitized/model_test --seeds "${DESKLINE_MODEL_SEEDS:-2000}" --steps "${DESKLINE_MODEL_STEPS:-60}" tests/model/regressions >"$logs/model.log" 2>&1; code=$?
tail -n 30 "$logs/model.log"; verdict "the model: every promise kept" $code
