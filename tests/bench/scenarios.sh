#!/usr/bin/env bash
# The four scenarios, one after the other, for the targets given (default: all); one JSON line a run, as compare.sh
# prints it.
#   tests/bench/scenarios.sh [TARGET…]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
targets=("$@"); ((${#targets[@]})) || targets=(floor "$here/deskline.sh" beast nchan node)
for scenario in \
  "paced --clients 1000 --count 200 --rate 20" \
  "serial --clients 1000 --count 500 --rate 0" \
  "burst --clients 1000 --count 400 --rate 400" \
  "wide --clients 5000 --count 40 --rate 4"; do
  read -r name options <<<"$scenario"
  echo "# $name"
  "$here/compare.sh" --rounds "${ROUNDS:-1}" $options "${targets[@]}"
done
