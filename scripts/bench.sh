#!/usr/bin/env bash
# Measures speed and size and writes docs/performance.md. Ratios are of figures from the same
# run on the same machine; absolute times vary with it.
#   scripts/bench.sh SHARED      SHARED holds data/ and checks/nationyear
set -euo pipefail
cd "$(dirname "$0")/.."
shared="$(cd "$1" && pwd)"
bin="$PWD/bin/qingshan"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

say() { echo "bench: $*" >&2; }
field() { grep -oE "\"$2\":[0-9.]+" <<<"$1" | head -1 | cut -d: -f2; }

# verdict OP MEASURED BAR: met, or by how much it is missed.
verdict() {
  awk -v op="$1" -v x="$2" -v bar="$3" 'BEGIN {
    ok = op == "<=" ? x <= bar : x >= bar
    if (ok) print "met"
    else printf "**missed** (%.1f ×)\n", op == "<=" ? x / bar : bar / x
  }'
}
# entry_kb: everything that the first page of the office loads before it can be drawn, gzip, KB.
entry_kb() {
  { echo web/dist/index.html; grep -oE '(src|href)="/assets/[^"]+\.(js|css)"' web/dist/index.html | sed -E 's#.*"/(assets/[^"]+)"#web/dist/\1#'; } |
    sort -u | while read -r f; do gzip -9 -c "$f" | wc -c; done | awk '{ n += $1 } END { printf "%d", (n + 512) / 1024 }'
}

say "nation-year input and check line"
plain="$(cd "$shared/checks/nationyear" && GOFLAGS= go run . -out "$work/nation.i16")"
j1="$("$bin" bench nation-year --input "$work/nation.i16" --cores 1)"
j1two="$("$bin" bench nation-year --input "$work/nation.i16" --cores 2)"
j2="$("$bin" bench nation-ytd --input "$work/nation.i16" --cores 1)"
say "series"
write="$("$bin" bench series-write)"
read_="$("$bin" bench series-read)"
say "import of the 55-city file"
hours="$shared/data/air/air_hourly_55cities_2018-12_2020-06.csv.gz"
import() { # seconds of one import, its account to $work/account
  local a b
  a="$(date +%s%N)"
  "$bin" import air-hourly "$hours" --data "$work/city" >"$work/account" 2>"$work/log" || [ $? -eq 1 ]
  b="$(date +%s%N)"
  awk -v n=$((b - a)) 'BEGIN { printf "%.2f", n / 1e9 }'
}
first="$(import)"; account="$(grep -h received "$work/account" "$work/log" | tail -1)"
again="$(import)"
values="$(grep -oE 'received [0-9]+' <<<"$account" | grep -oE '[0-9]+')"
say "grid"
grid="$("$bin" bench grid)"
say "pages"
pages="$("$bin" bench pages --dir "$work/demo")"
say "matters"
matters="$("$bin" bench matters --dir "$work/matters")"

j1ms="$(field "$j1" median_ms)"; j2ms="$(field "$j2" median_ms)"
speed="$(awk -v v="$values" -v s="$first" 'BEGIN { printf "%d", v / s }')"
faster="$(awk -v a="$first" -v b="$again" 'BEGIN { printf "%.1f", a / b }')"
p99="$(field "$pages" p99_ms)"; cold="$(field "$pages" cold_start_ms)"; memory="$(field "$pages" resident_mb)"
size="$(du -m "$bin" | cut -f1)"; entry="$(entry_kb)"

cat >docs/performance.md <<EOF
# Measured speed and size

Written by \`make bench\` on $(nproc) cores of $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ *//'), $(awk '/MemTotal/ {printf "%d", $2/1048576}' /proc/meminfo) GiB, $(. /etc/os-release && echo "$PRETTY_NAME"), $(go version | cut -d' ' -f3). Load average before the run: $(cut -d' ' -f1 /proc/loadavg). Absolute times move with the machine; compare the ratios.

| what | measured | bar | |
|---|---|---|---|
| J1 nation-year, 1 core (338 cities × 8,760 h × 6) | min $(field "$j1" min_ms) ms, median $j1ms ms | ≤ 60 ms, aim 20 | $(verdict "<=" "$j1ms" 60) |
| J1, 2 cores | min $(field "$j1two" min_ms) ms, median $(field "$j1two" median_ms) ms | | |
| plain solution of the same job beside it | $(field "$plain" plain_j1_ms) ms, ratio $(awk -v a="$(field "$plain" plain_j1_ms)" -v b="$j1ms" 'BEGIN { printf "%.1f", a / b }') | | |
| J2 year to date, 1 core | min $(field "$j2" min_ms) ms, median $j2ms ms | ≤ 25 ms | $(verdict "<=" "$j2ms" 25) |
| import of the 55-city file into SQLite, whole process | $first s, $speed values/s | ≥ 100,000 values/s | $(verdict ">=" "$speed" 100000) |
| the same file again | $again s, $faster × as fast | ≥ 3 × | $(verdict ">=" "$faster" 3) |
| page data calls, 50 users, p99 of all calls | $p99 ms | < 50 ms | $(verdict "<=" "$p99" 50) |
| cold start of the server on the demonstration city | $cold ms | < 1,000 ms | $(verdict "<=" "$cold" 1000) |
| entry bundle of the office, gzip | $entry KB | ≤ 350 KB | $(verdict "<=" "$entry" 350) |
| resident memory after the page calls | $memory MB | ≤ 400 MB | $(verdict "<=" "$memory" 400) |
| binary | $size MB | ≤ 60 MB | $(verdict "<=" "$size" 60) |

Account of the import: \`$account\`

Check lines (equal to those of \`checks/nationyear\`):

\`\`\`
$j1
$j2
\`\`\`

Series store:

\`\`\`
$write
$read_
\`\`\`

Grid: 5,000 cells with faults, 20,000 sources, one core. \`examine\` and \`assign\` are the geometry alone with nothing kept from before; \`load\` is the first coverage of a process, with everything read from the database; \`change\` after a cell was redrawn; \`warm\` when nothing changed; ms of processor time on one core.

\`\`\`
$grid
\`\`\`

Page data calls (50 users, whole HTTP round trips in one process with the server, demonstration city with the panel):

\`\`\`
$pages
\`\`\`

Matters (100,000 with 1,000,000 events, SQLite, 50 users, whole HTTP round trips; transitions in the process, twenty a second beside them; bars: list and board p99 < 50 ms, a transition p99 < 20 ms, the outcome of a county < 100 ms; a user pauses as in the page calls; cpu_ms_by_call is the processor time of one call with nobody beside):

\`\`\`
$matters
\`\`\`
EOF
say "written docs/performance.md"
