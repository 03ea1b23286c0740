#!/usr/bin/env bash
# Prepares the checkout: .venv with the locked packages, and the built web UI. Does nothing when nothing has changed.
#   scripts/setup.sh run   what running needs
#   scripts/setup.sh dev   and what checks and tests need
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-dev}
say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

python_311() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  say "Matinee needs Python 3.11 or newer; none was found in PATH. Set PYTHON=/path/to/python3 to name one." && exit 1
}

fingerprint() { # of the contents and names of files, in a fixed order
  find "$@" -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
}

is_current() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

install_python() {
  local stamp=.venv/.installed wanted groups=()
  # Once the tools of the checks are there they stay, so that `make run` and `make check` do not undo each other's work.
  if [ "$mode" = dev ] || grep -qs '^dev' "$stamp"; then mode=dev groups=(--group dev); else groups=(--no-dev); fi
  wanted="$mode $(fingerprint uv.lock pyproject.toml)"
  if is_current "$stamp" "$wanted" && [ -x .venv/bin/matinee ]; then return; fi
  if ! .venv/bin/python -c '' 2>/dev/null; then
    say "Creating .venv"
    "$(python_311)" -m venv --clear .venv || { say "python3 -m venv failed; on Debian: apt install python3-venv" && exit 1; }
  fi
  [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
  say "Installing the locked Python packages ($mode)"
  local requirements=.venv/requirements.txt
  .venv/bin/uv export --quiet --frozen --format requirements-txt --no-emit-project "${groups[@]}" -o "$requirements" >/dev/null
  .venv/bin/uv pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes "$requirements"
  .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps -e .
  echo "$wanted" >"$stamp"
}

build_web() {
  local stamp=web/node_modules/.installed built=web/node_modules/.built wanted
  [ -f web/package.json ] || return 0
  if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null || ! command -v npm >/dev/null; then
    if [ -f web/dist/index.html ]; then say "Node 20 is not installed: using the web UI that was built before."
    else say "Node 20 is not installed: the web UI cannot be built. The API and its explorer at /docs work all the same."; fi
    return 0
  fi
  wanted=$(fingerprint web/package-lock.json)
  if ! is_current "$stamp" "$wanted"; then
    say "Installing the packages of the web UI"
    # Not `npm ci`: it refuses a lock that lacks a platform which the index does not carry. Versions and hashes come from the lock.
    (cd web && npm install --no-save --no-audit --no-fund --loglevel=error >&2)
    echo "$wanted" >"$stamp"
  fi
  wanted=$(find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
  if ! is_current "$built" "$wanted" || [ ! -f web/dist/index.html ]; then
    say "Building the web UI"
    (cd web && npm run --silent build >&2)
    echo "$wanted" >"$built"
  fi
}

install_python
build_web
# A start without compiled modules takes three times as long, and some machines forbid Python to write them itself.
.venv/bin/python -m compileall -q -j 0 src >/dev/null
