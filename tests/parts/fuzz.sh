# Part of ./test: the fuzz targets, each for DESKLINE_FUZZ_SECONDS (3) on its corpus and beyond.
build fuzz
step "fuzz targets, ${DESKLINE_FUZZ_SECONDS:-3} s each"
tests/fuzz/campaign "${DESKLINE_FUZZ_SECONDS:-3}" | tee "$logs/fuzz.log"
while read -r _ target rest; do
  if [[ $rest == *', held' ]]; then ((++passed)); else ((++failed)); complaints+=("fuzz target ${target%:}"); fi
done < <(grep -E '^fuzz: [a-z0-9_]+: ' "$logs/fuzz.log")
