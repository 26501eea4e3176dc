# Deskline as a target of compare.sh: one PUT …/state after the other, its reason `bench-{n}`, spread over the sessions
# of the twelve simulated agents; clients subscribed to agent-session. Ledger, journal and policy are on.
# DESKLINE_BENCH_PROGRAM names another build. Session ids are not known before the gateway runs, so it is started here,
# on the server's core; `start` only watches over it.
# shellcheck shell=bash disable=SC2034  # what it sets is for compare.sh
deskline_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
deskline_program=${DESKLINE_BENCH_PROGRAM:-$deskline_root/build/linux/deskline}
deskline_data=$(mktemp -d "${TMPDIR:-/tmp}/deskline-bench-XXXXXX")
cat >"$deskline_data/deskline.toml" <<TOML
[server]
listen = "127.0.0.1:9110"
data_dir = "$deskline_data"
max_connections = 30000
heartbeat = 60
drain_seconds = 0
rate_limit = 0
streams_per_account = 0
[telephony.simulated]
traffic = 0
[log]
level = "warn"
TOML
deskline_token=$("$deskline_program" token --subject bench --role supervisor --ttl 1h \
  --config "$deskline_data/deskline.toml")
ulimit -n "$(ulimit -Hn)"
taskset -c 0 "$deskline_program" serve --config "$deskline_data/deskline.toml" >"$deskline_data/log" 2>&1 &
deskline_pid=$!
deskline_ask() { # method, path, body
  curl -skf -X "$1" -H "Authorization: Bearer $deskline_token" -H 'Content-Type: application/json' -d "$3" \
    "https://127.0.0.1:9110/api/v1$2"
}
until deskline_ask GET /agents '' >/dev/null 2>&1; do sleep 0.05; done
publishes=()
for deskline_agent in {1001..1012}; do
  deskline_ask PUT "/agents/$deskline_agent" "{\"pin\":\"$deskline_agent\"}" >/dev/null
  deskline_session=$(deskline_ask POST "/agents/$deskline_agent/sessions" \
    "{\"acdGroup\":\"Sales\",\"address\":\"Line $((deskline_agent - 1000))\"}" |
    sed 's/.*"session":{"id":"\([0-9a-f]*\)".*/\1/')
  publishes+=("https://127.0.0.1:9110/api/v1/sessions/$deskline_session/state")
done
cat >"$deskline_data/watch" <<SCRIPT
#!/usr/bin/env bash
trap 'kill $deskline_pid 2>/dev/null; while kill -0 $deskline_pid 2>/dev/null; do sleep 0.05; done
  rm -rf $deskline_data; exit 0' TERM INT
while kill -0 $deskline_pid 2>/dev/null; do sleep 0.1; done
SCRIPT
printf '#!/bin/sh\necho %s\n' "$deskline_pid" >"$deskline_data/pid_of"
chmod +x "$deskline_data/watch" "$deskline_data/pid_of"
start=$deskline_data/watch
pid_of=$deskline_data/pid_of
url=wss://127.0.0.1:9110/api/v1/stream
publish=${publishes[0]}
method=PUT
body='{"state":"not-ready","reason":"bench-{n}"}'
headers=("Authorization: Bearer $deskline_token")
subprotocol=deskline.v1
hello=("{\"op\":\"hello\",\"token\":\"$deskline_token\",\"topics\":[\"agent-session\"]}")
ready='"op":"snapshot"'
