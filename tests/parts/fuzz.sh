# Part of ./test: the fuzz targets, each for DESKLINE_FUZZ_SECONDS (3) on its corpus and beyond, from one seed: what a
# change has to answer for is the change's own; `./test long` draws by chance.
# shellcheck shell=bash disable=SC2154  # root, logs: of ./test
build fuzz
step "fuzz targets, ${DESKLINE_FUZZ_SECONDS:-3} s each"
DESKLINE_FUZZ_SEED=${DESKLINE_FUZZ_SEED:-1} \
  limited 0 tests/fuzz/campaign "${DESKLINE_FUZZ_SECONDS:-3}" >"$logs/fuzz.log" 2>&1; code=$?
cat "$logs/fuzz.log"
counted=0
while read -r _ target rest; do
  ((++counted))
  if [[ $rest == *', held' ]]; then ((++passed)); else ((++failed)); complaints+=("fuzz target ${target%:}"); fi
done < <(grep -E '^fuzz: [a-z0-9_]+: ' "$logs/fuzz.log")
((code == 0 && counted > 0)); verdict "the fuzz campaign, $counted targets" $?
