#!/usr/bin/env bash
# golangci-lint in the one version that .golangci.yml is written for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 "$@"
