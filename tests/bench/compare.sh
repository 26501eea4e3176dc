#!/usr/bin/env bash
# Measures fan-out side by side: the floor, peers and Deskline, one after the other. The server has core 0, the load
# generator core 1.
#   compare.sh [--clients N] [--count M] [--rate R] [--rounds K] TARGET…
# TARGET: floor, beast, nchan, node, or a file that is sourced. Such a file sets: start (a command that runs the server
# in the foreground), url, publish, and optionally pid_of, method, body, and the arrays publishes (addresses in turn),
# headers, ws_headers, hello, subprotocol, ready. It is started afresh for every round.
# Scenarios to report:  paced  --clients 1000 --count 200 --rate 20
#                       serial --clients 1000 --count 500 --rate 0
#                       burst  --clients 1000 --count 400 --rate 400
#                       wide   --clients 5000 --count 40 --rate 4
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${DESKLINE_BENCH_DIR:-${TMPDIR:-/tmp}/deskline-bench}
clients=1000 count=200 rate=20 rounds=3 targets=()
while (($#)); do
  case $1 in
    --clients) clients=$2; shift 2 ;;
    --count) count=$2; shift 2 ;;
    --rate) rate=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    *) targets+=("$1"); shift ;;
  esac
done
mkdir -p "$work/nchan" && cd "$work"
[[ -e wsfan && -z $(find "$here/wsfan" -newer wsfan) ]] ||
  g++ -std=c++20 -O2 "$here"/wsfan/*.cpp -o wsfan -lssl -lcrypto
[[ floor -nt $here/peers/floor.cpp ]] || g++ -std=c++20 -O2 "$here/peers/floor.cpp" -o floor -lssl -lcrypto
[[ -f key.pem ]] ||
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout key.pem -out cert.pem -days 90 -subj /CN=localhost 2>/dev/null
padding=$(head -c 330 /dev/zero | tr '\0' x)
for ((round = 1; round <= rounds; round++)); do
  for target in "${targets[@]}"; do
    method=POST body="{\"n\":\"bench-{n}\",\"pad\":\"$padding\"}"
    headers=() publishes=() ws_headers=() hello=() subprotocol="" ready="" pid_of=""
    case $target in
      floor) start="./floor 9101 cert.pem key.pem"; port=9101 ;;
      beast)
        [[ beast -nt $here/peers/beast.cpp ]] ||
          g++ -std=c++20 -O2 "$here/peers/beast.cpp" -o beast -lssl -lcrypto -lpthread
        start="./beast 9105 cert.pem key.pem"; port=9105 ;;
      node)
        [[ -d node_modules/ws ]] || npm install --silent ws >/dev/null
        cp "$here/peers/node-ws.mjs" .
        start="node node-ws.mjs 9103 cert.pem key.pem"; port=9103 ;;
      nchan)
        sed "s/PORT/9104/" "$here/peers/nchan.conf" >nchan/nginx.conf
        cp cert.pem key.pem nchan/
        start="nginx -p $work/nchan -c nginx.conf"; port=9104; pid_of="pgrep -P" ;;
      *) port=""
        # shellcheck source=/dev/null  # a script that is given by name
        source "$target" ;;
    esac
    if [[ -n $port ]]; then url=wss://127.0.0.1:$port/stream publish=https://127.0.0.1:$port/pub; fi
    taskset -c 0 $start >server.log 2>&1 &
    main=$!
    sleep "${warmup:-1.5}"
    pid=$main; [[ -z $pid_of ]] || pid=$($pid_of "$main" | paste -sd,)
    ((${#publishes[@]})) || publishes=("$publish")
    args=(--url "$url" --method "$method" --body "$body" --n "$clients" --count "$count" --rate "$rate" --pid "$pid")
    for p in "${publishes[@]}"; do args+=(--publish "$p"); done
    for h in "${headers[@]}"; do args+=(--header "$h"); done
    for h in "${ws_headers[@]}"; do args+=(--ws-header "$h"); done
    for h in "${hello[@]}"; do args+=(--hello "$h"); done
    [[ -z $subprotocol ]] || args+=(--subprotocol "$subprotocol")
    [[ -z $ready ]] || args+=(--ready "$ready")
    printf '%s %s ' "$round" "$(basename "$target")"
    taskset -c 1 ./wsfan "${args[@]}" || true
    kill "$main" 2>/dev/null || true; wait "$main" 2>/dev/null || true
  done
done
