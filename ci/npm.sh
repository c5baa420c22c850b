#!/usr/bin/env bash
# Puts the clients of the end-to-end tests into the node_modules of their folders, unless this lock file's are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../e2e"

install() { # FOLDER
  local installed=$1/node_modules/.installed-lock.json
  cmp -s "$1/package-lock.json" "$installed" && return
  # No scripts: none of these packages needs one, so none gets to run here.
  npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund </dev/null
  cp "$1/package-lock.json" "$installed"
}

install .
install prebuilt
