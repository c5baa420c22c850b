#!/usr/bin/env bash
# Starts Foyer from this checkout, as a machine without a C compiler would.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
CGO_ENABLED=0 exec go run ./cmd/foyer "$@"
