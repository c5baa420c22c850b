#!/usr/bin/env bash
# What wants the network and patience: linters, known vulnerabilities, a tidy go.mod.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash ci/lint.sh
go run golang.org/x/vuln/cmd/govulncheck@v1.8.0 ./...
go mod tidy -diff
