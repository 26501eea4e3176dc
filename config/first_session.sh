# What ./run prints to be pasted, after `page=…` and `token=…`: agent 1001 is signed in, has a session in Sales, and is
# ready.
# shellcheck shell=bash disable=SC2154
ask() { curl -sk -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@"; echo; }
ask -X PUT "$page/api/v1/agents/1001" -d '{"pin":"1001"}'
opened=$(ask -X POST "$page/api/v1/agents/1001/sessions" -d '{"acdGroup":"Sales","address":"Line 1"}')
session=$(grep -o '"session":{"id":"[0-9a-f]*' <<<"$opened" | cut -d'"' -f6)
ask -X PUT "$page/api/v1/sessions/$session/state" -d '{"state":"ready","reason":"at my desk"}'
