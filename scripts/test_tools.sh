#!/usr/bin/env bash
# The engines and programs that the tests use besides Python's packages: installed by apt as root on Debian, else named.
#   scripts/test_tools.sh [bench]
set -euo pipefail
export PATH="$PATH:/usr/sbin"
missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need initdb postgresql
need redis-server redis-server
need ffmpeg ffmpeg
need chromium chromium
if [ "${1:-}" = bench ]; then
  need nginx nginx
  need wrk wrk
fi
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${missing[*]}" >&2
  apt-get -qq update >&2
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2
  exit 0
fi
echo "The tests run against real engines and need: ${missing[*]}. Install them with your package manager." >&2
exit 1
