#!/usr/bin/env bash
# A read over HTTP and over MCP beside Python's stacks, with the same load on the same desk, one after the other:
# python3 -m venv v && v/bin/pip install fastapi fastmcp uvicorn uvloop httptools; apt-get install wrk
# tests/outside/stacks.sh target/release/countersign v/bin/python [SECONDS]
set -euo pipefail
program=$(realpath "$1") python=$(realpath -s "$2") seconds=${3:-5}
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
export HOME=$work USER=stacks XDG_CONFIG_HOME=$work/c XDG_DATA_HOME=$work/d XDG_STATE_HOME=$work/s
desk=$work/desk.db
"$program" desk generate --tickets 10000 "$desk" >/dev/null
token=$("$program" --desk "$desk" token create --role agent --name caller 2>/dev/null)

# What wrk sends: any of the desk's tickets, over HTTP or over MCP.
tickets=$("$python" -c "
import sqlite3, sys
print(','.join('\"%s\"' % row[0] for row in sqlite3.connect(sys.argv[1]).execute('SELECT id FROM tickets')))" "$desk")
cat >"$work/http.lua" <<LUA
local ids = {$tickets}
wrk.headers["Authorization"] = "Bearer $token"
request = function() return wrk.format("GET", "/tickets/" .. ids[math.random(#ids)]) end
LUA
cat >"$work/mcp.lua" <<LUA
local ids = {$tickets}
local body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_ticket","arguments":{"ticket_id":"%s"},' ..
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},' ..
  '"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"1"}}}}'
wrk.headers["Authorization"] = "Bearer $token"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
wrk.headers["Mcp-Method"] = "tools/call"
wrk.headers["Mcp-Name"] = "get_ticket"
request = function() return wrk.format("POST", "/mcp", nil, body:format(ids[math.random(#ids)])) end
LUA

ticks() { awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$1/stat"; }

# measure NAME LUA PID URL
measure() {
  for callers in 1 50 500; do
    wrk -t1 -c"$callers" -d1s -s "$work/$2.lua" "$4" >/dev/null
    before=$(ticks "$3")
    wrk -t1 -c"$callers" -d"${seconds}s" --latency -s "$work/$2.lua" "$4" >"$work/out"
    spent=$(($(ticks "$3") - before))
    awk -v name="$1" -v callers="$callers" -v spent="$spent" '
      /Requests\/sec/ {rate = $2} /99%/ {p99 = $2} /requests in/ {n = $1} /Non-2xx/ {bad = $NF} /Socket errors/ {bad = bad " " $0}
      END {printf "%-26s %4d callers %9.0f a second  p99 %9s  CPU %.3f s a 1,000  bad %s\n", name, callers, rate, p99, spent * 10 / n, bad + 0}' "$work/out"
  done
}

await() { for _ in $(seq 200); do curl -so /dev/null "$1" && return; sleep 0.05; done; echo "nothing at $1" >&2; exit 1; }

"$program" --desk "$desk" serve --listen 127.0.0.1:7801 >"$work/serve.log" 2>&1 &
own=$!
"$python" "$here/stacks.py" fastapi "$desk" "$token" 7802 & fastapi=$!
"$python" "$here/stacks.py" fastmcp "$desk" "$token" 7803 & fastmcp=$!
for port in 7801 7802 7803; do await "http://127.0.0.1:$port/"; done
measure 'countersign, HTTP' http "$own" http://127.0.0.1:7801
measure 'FastAPI, uvicorn' http "$fastapi" http://127.0.0.1:7802
measure 'countersign, MCP' mcp "$own" http://127.0.0.1:7801
measure 'FastMCP, stateless, JSON' mcp "$fastmcp" http://127.0.0.1:7803
