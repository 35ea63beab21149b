#!/usr/bin/env bash
# Fuzzes every target for FUZZTIME (default 60s); finds go to the package's testdata/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
time="${FUZZTIME:-60s}"
grep -rlE '^func Fuzz' --include='*_test.go' cmd internal packs | while read -r file; do
  grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | sed 's/^func //' | while read -r target; do
    echo "== $(dirname "$file") $target"
    go test -run '^$' -fuzz "^${target}\$" -fuzztime "$time" "./$(dirname "$file")"
  done
done
