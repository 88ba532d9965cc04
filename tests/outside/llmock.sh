#!/usr/bin/env bash
# The verdict of an outside judge, the PyPI `llmock` server, on our client: python3 -m venv v && v/bin/pip install llmock==0.2.2
# tests/outside/llmock.sh target/release/countersign v/bin/llmock
set -euo pipefail
program=$(realpath "$1") llmock=$(realpath "$2")

judge() {
  kind=$1 path=$2 port=$3
  home=$(mktemp -d)
  "$llmock" serve --port "$port" >"$home/llmock.log" 2>&1 &
  server=$!
  url=http://127.0.0.1:$port
  for _ in $(seq 100); do curl -so /dev/null "$url/_llmock/report" && break; sleep 0.1; done
  cat >"$home/config.toml" <<TOML
[assistant]
minutes = 3
[llm]
deadline_seconds = 40
idle_seconds = 5
[[llm.provider]]
kind = "$kind"
model = "gpt-4o"
address = "$url$path"
key_env = "LLMOCK_KEY"
TOML
  ticket=1110
  for fault in '"fail","status":429,"retry_after":2,"times":2' '"fail","status":529,"times":1' \
    '"fail","status":503,"times":1' '"fail","status":401,"times":1' '"fail","status":400,"times":1' \
    '"stream_fault","kind":"truncate","times":1' '"stream_fault","kind":"disconnect","times":1' \
    '"stream_fault","kind":"malformed","times":1' '"stream_fault","kind":"stall","stall_seconds":20,"times":1' \
    '"tool_fault","kind":"unknown_tool","times":1' '"tool_fault","kind":"malformed_arguments","times":1' \
    '"slow_first_token","seconds":2,"times":1'; do
    ticket=$((ticket + 1))
    curl -so /dev/null -X POST "$url/_llmock/scenario" -H 'content-type: application/json' -d "{\"behaviors\":[{\"type\":$fault}]}"
    HOME=$home LLMOCK_KEY=sk-mock timeout 120 "$program" --config "$home/config.toml" handle "T-$ticket" >>"$home/said" 2>&1 || true
  done
  echo "== $kind"
  "$llmock" report --url "$url" || echo "exit $?"
  kill "$server"
  rm -rf "$home"
}

judge openai /v1 18601
judge openai-responses /v1 18602
judge anthropic /anthropic/v1 18603
