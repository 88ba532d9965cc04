#!/usr/bin/env bash
# Asks a served desk whatever schemathesis (PyPI) makes up from /openapi.json, with a token of each role: about two
# minutes. It must find nothing. Usage: tests/outside/schemathesis.sh [path of the binary]
set -uo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "${1:-target/debug/countersign}")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/countersign/schemathesis
if [ ! -x "$cache/bin/st" ]; then
  { python3 -m venv "$cache" && "$cache/bin/pip" install -q 'schemathesis==4.32.5'; } >/dev/null 2>&1 || {
    echo 'SKIPPED: schemathesis: it cannot be installed from PyPI' >&2
    exit 0
  }
fi

place=$(mktemp -d)
export HOME=$place XDG_CONFIG_HOME=$place/config XDG_DATA_HOME=$place/data XDG_STATE_HOME=$place/state USER=ada
desk=$place/desk.db
serving=
trap '[ -z "$serving" ] || kill "$serving"; rm -rf "$place"' EXIT

# A header that nobody knows is no fault of a request's, so none is made up. A token that is left out must be missed. A tag
# that is not the thing's is told before what else is wrong.
cat >"$place/schemathesis.toml" <<'TOML'
[generation]
allow-extra-parameters = false
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 429]
[auth.openapi.token]
bearer = "${TOKEN}"
TOML
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance
checks=$checks,response_schema_conformance,negative_data_rejection,ignored_auth,unsupported_method
found=0
for role in bot viewer agent supervisor admin; do
  "$binary" --desk "$desk" token create --role "$role" --name "st-$role" --file "$place/$role" >/dev/null || exit 1
done
"$binary" --desk "$desk" serve --listen 127.0.0.1:0 >"$place/out" 2>"$place/err" &
serving=$!
for _ in $(seq 100); do
  at=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$place/out" | head -n 1)
  [ -n "$at" ] && break
  sleep 0.1
done
[ -n "${at:-}" ] || { cat "$place/err" >&2; exit 1; }
for role in bot viewer agent supervisor admin; do
  echo "== $role"
  (cd "$place" && TOKEN=$(cat "$place/$role") "$cache/bin/st" run "$at/openapi.json" \
    --checks "$checks" --phases examples,coverage,fuzzing --max-examples 8 --seed 5 --workers 1 --max-time 20 \
    --generation-database none --request-timeout 10 --no-color --suppress-health-check all) >"$place/said" 2>&1 ||
    { found=1; cat "$place/said"; }
  grep -E "passed|failures|No issues" "$place/said" | tail -n 2
done
exit $found
