#!/usr/bin/env bash
# Every check, each by name; all of them run, and the status tells whether any failed.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
failed=()
check() {
  local name=$1 log began=$SECONDS
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    printf '  ok      %-18s %s s\n' "$name" $((SECONDS - began))
    sed -n 's/^!! /          !! /p' "$log"
  else
    printf '  FAILED  %-18s %s s\n' "$name" $((SECONDS - began))
    tail -n 60 "$log" | sed 's/^/          /'
    failed+=("$name")
  fi
  rm -f "$log"
}

check lint ruff check .
check format ruff format --check .
check types mypy
check imports lint-imports --no-logo
check sizes python -m scripts.check_sizes
check repository python -m scripts.check_repository
check lock python -m scripts.check_lock
check docs python -m scripts.docs --check
check migrations python -m scripts.check_migrations
check audit python -m scripts.audit
check openapi python -m scripts.check_openapi
if [ -f web/package.json ]; then check web npm --prefix web run --silent check; fi
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}" && exit 1; }
