#!/usr/bin/env bash
# The verdict of an outside judge, npm's @modelcontextprotocol/conformance, on our MCP server in both revisions.
# It needs npm, and the first time its registry: Node 22 and the suite are kept in a cache outside the project.
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=@modelcontextprotocol/conformance@0.2.0-alpha.12
cache=${XDG_CACHE_HOME:-$HOME/.cache}/countersign-conformance
listen=127.0.0.1:${CONFORMANCE_PORT:-8932}

skip() { echo "SKIPPED: MCP conformance: $1" >&2; exit 0; }

command -v npm >/dev/null || skip 'there is no npm'
command -v timeout >/dev/null || skip 'there is no timeout'
mkdir -p "$cache"
judge=$cache/node_modules/@modelcontextprotocol/conformance/dist/index.js
node=$cache/node_modules/node/bin/node
if ! { [ -f "$judge" ] && "$node" --version >/dev/null 2>&1; }; then
  timeout 90 npm install --prefix "$cache" --no-fund --no-audit --silent node@22 "$suite" || skip 'npm cannot reach its registry'
  [ -x "$node" ] || (cd "$cache/node_modules/node" && timeout 60 node installArchSpecificPackage) || skip 'Node 22 was not installed'
fi
"$node" --version >/dev/null 2>&1 || skip 'Node 22 does not run here'

cargo test --quiet --test it --no-run
work=$(mktemp -d)
mkfifo "$work/hold"
log=$work/log
# The fixture serves as long as its standard input is held open.
CONFORMANCE_LISTEN=$listen cargo test --quiet --test it -- --ignored --exact conformance::serves --nocapture \
  <"$work/hold" >"$log" 2>&1 &
exec 9>"$work/hold"
trap 'exec 9>&-; wait; rm -rf "$work"' EXIT
for _ in $(seq 300); do grep -q '^serving ' "$log" && break; sleep 0.1; done
url=$(sed -n 's/^serving //p' "$log")
[ -n "$url" ] || { cat "$log" >&2; echo 'the fixture does not serve' >&2; exit 1; }

failed=0
for revision in 2025-11-25 2026-07-28; do
  report=$work/$revision
  timeout 60 "$node" "$judge" server --url "$url" --requirements "$revision" >"$report" 2>&1 || failed=1
  # What is not scored stands in a list of its own below the summary.
  awk -v revision="$revision" '
    /^=== SUMMARY/ { summary = 1 }
    /^Not scored/ { summary = 0; unscored = 1 }
    summary && /^(✓|✗) / { name = $2; sub(/:$/, "", name); state[name] = $1; row[name] = $0 }
    unscored && /^  (✓|✗) / { delete state[$2] }
    END {
      for (name in state) { all++; if (state[name] == "✓") good++; else print row[name] }
      printf "MCP conformance %s: %d of %d required scenarios pass\n", revision, good, all
    }' "$report"
done
exit $failed
