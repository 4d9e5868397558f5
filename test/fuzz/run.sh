#!/usr/bin/env bash
# Schemathesis on a running environment. Ends on one line: N passed, N failed (and how much was tried).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

venv=.venv/fuzz
printf 'Installing Schemathesis into %s (half a minute the first time)\n' "$venv"
if ! { [[ -x $venv/bin/python ]] || python3 -m venv "$venv"; } ||
  ! "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement test/fuzz/requirements.txt; then
  printf '\n0 passed, 1 failed\n'
  exit 1
fi
export PATH="$PWD/$venv/bin:$PWD/node_modules/.bin:$PATH"
exec node test/fuzz/fuzz.ts "$@"
