#!/usr/bin/env bash
# Installs what a target needs and the machine lacks, and says so.
#   scripts/needs.sh build   Node and Go present, npm packages from the lock file
#   scripts/needs.sh test    and PostgreSQL's server, Chromium, a CJK font, a C compiler
set -euo pipefail
cd "$(dirname "$0")/.."

need_command() { # name, what to do
  command -v "$1" >/dev/null 2>&1 || { echo "needs: $1 is missing: $2" >&2; exit 1; }
}
need_command go "install Go 1.26 or later"
need_command node "install Node.js 20.19 or later"
need_command npm "install npm"

if ! cmp -s web/package-lock.json web/node_modules/.lock-of-install 2>/dev/null; then
  echo "needs: installing the web packages from web/package-lock.json"
  (cd web && npm ci --no-audit --no-fund --loglevel=error)
  cp web/package-lock.json web/node_modules/.lock-of-install
fi
[ "${1:-build}" = test ] || exit 0

packages=()
have_pg() { [ -n "${QINGSHAN_PG_BIN:-}" ] || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1; }
have_pg || packages+=(postgresql)
command -v chromium >/dev/null 2>&1 || [ -n "${QINGSHAN_CHROMIUM:-}" ] || packages+=(chromium)
fc-list 2>/dev/null | grep -qi 'CJK' || packages+=(fontconfig fonts-noto-cjk)
command -v cc >/dev/null 2>&1 || packages+=(gcc libc6-dev)
[ ${#packages[@]} -eq 0 ] && exit 0

echo "needs: installing ${packages[*]} with apt-get"
command -v apt-get >/dev/null 2>&1 || { echo "needs: no apt-get here; install ${packages[*]} yourself" >&2; exit 1; }
sudo=""
[ "$(id -u)" -eq 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
