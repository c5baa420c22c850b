#!/usr/bin/env bash
# Puts the clients of the end-to-end tests into e2e/node_modules, unless this lock file's are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../e2e"

installed=node_modules/.installed-lock.json
if ! cmp -s package-lock.json "$installed"; then
  # No scripts: none of these packages needs one, so none gets to run here.
  npm ci --ignore-scripts --no-audit --no-fund </dev/null
  cp package-lock.json "$installed"
fi
