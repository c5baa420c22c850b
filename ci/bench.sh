#!/usr/bin/env bash
# Measures Foyer beside its floors and fails when a target is missed (bench/README.md). It wants a quiet machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
go run ./bench -check "$@"
go run ./bench room -check
go run ./bench mikroroom -check
